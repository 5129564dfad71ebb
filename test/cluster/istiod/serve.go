package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/test"
)

// served is the answer to a set of objects that a control plane takes in.
type served struct {
	Error string `json:"error,omitempty"`
	// Address is where proxies ask, on loopback.
	Address string    `json:"address"`
	Refused []refusal `json:"refused"`
}

// serve keeps one control plane up that proxies ask on their own: the first line of objects starts it, those of
// further lines are new to it or take the place of what it has by their names. Objects of Kubernetes itself are
// taken at the start alone.
func serve(lines *bufio.Reader, out *json.Encoder) {
	err := test.Wrap(func(t test.Failer) {
		objects, more := nextObjects(t, lines)
		if !more {
			return
		}
		configs, kubernetes, refused, err := admitted(objects)
		must(t, err)
		// Nobody here hands certificates to an Envoy, which would wait for them with every cluster.
		settings := mesh.DefaultMeshConfig()
		settings.EnableAutoMtls = wrapperspb.Bool(false)
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			Configs:                configs,
			MeshConfig:             settings,
			KubernetesObjectString: strings.Join(kubernetes, "\n---\n"),
			ListenerBuilder: func() (net.Listener, error) {
				return net.Listen("tcp", "127.0.0.1:0")
			},
		})
		settle(t, server)
		address := server.Listener.Addr().String()
		must(t, out.Encode(served{Address: address, Refused: refused}))
		for {
			objects, more := nextObjects(t, lines)
			if !more {
				return
			}
			must(t, out.Encode(served{Address: address, Refused: update(t, server, objects)}))
		}
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		_ = out.Encode(served{Error: err.Error()})
		os.Exit(1)
	}
}

func nextObjects(t test.Failer, lines *bufio.Reader) ([]json.RawMessage, bool) {
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return nil, false
	}
	var asked question
	must(t, json.Unmarshal(line, &asked))
	return asked.Objects, true
}

func update(t test.Failer, server *xds.FakeDiscoveryServer, objects []json.RawMessage) []refusal {
	configs, kubernetes, refused, err := admitted(objects)
	must(t, err)
	if len(kubernetes) > 0 {
		t.Fatal("objects of Kubernetes are taken at the start alone: " + kubernetes[0])
	}
	for _, each := range configs {
		if server.Store().Get(each.GroupVersionKind, each.Name, each.Namespace) == nil {
			_, err = server.Store().Create(each)
		} else {
			_, err = server.Store().Update(each)
		}
		must(t, err)
	}
	settle(t, server)
	return refused
}
