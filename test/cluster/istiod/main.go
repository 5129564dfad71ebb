// Command istiod answers what Istio's control plane gives to proxies: for each line of JSON on standard
// input, a set of objects and the proxies that ask, a line of JSON on standard output. With the word serve it
// keeps one control plane up on loopback instead. The control plane is Istio's own code, fed from memory.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcpproxy "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/schema/gatewayapi"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/test"
)

// proxy is one that asks for its configuration.
type proxy struct {
	Name string `json:"name"`
	// Kind is "router" for a gateway, "sidecar", "waypoint", or "grpc" for a pod without a proxy.
	Kind      string            `json:"kind"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	IP        string            `json:"ip"`
	// Targets are asked for by a gRPC client, as host:port.
	Targets []string `json:"targets"`
	// Inbound are the addresses that a gRPC server listens on, as host:port.
	Inbound []string `json:"inbound"`
}

type question struct {
	Objects []json.RawMessage `json:"objects"`
	Proxies []proxy           `json:"proxies"`
}

// refusal is of an object that the webhook does not let in.
type refusal struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Reason    string `json:"reason"`
}

type answer struct {
	Error   string           `json:"error,omitempty"`
	Refused []refusal        `json:"refused"`
	Proxies map[string]given `json:"proxies"`
}

// given is what a proxy gets.
type given struct {
	Listeners []listening       `json:"listeners"`
	Routes    []json.RawMessage `json:"routes"`
	Clusters  []string          `json:"clusters"`
	// Endpoints are the addresses behind each cluster.
	Endpoints map[string][]string `json:"endpoints"`
	// TLS is how each cluster that has any speaks TLS.
	TLS map[string]clusterTLS `json:"tls"`
	// TLSModes are the labels of each cluster's endpoints by which clusters choose TLS, in their order.
	TLSModes map[string][]string `json:"tlsModes"`
	// GRPC is what a pod without a proxy gets.
	GRPC *grpcGiven `json:"grpc,omitempty"`
}

// listening is the part of a listener that chooses a route.
type listening struct {
	Name   string  `json:"name"`
	Port   uint32  `json:"port"`
	Chains []chain `json:"chains"`
}

type chain struct {
	Match json.RawMessage `json:"match"`
	TLS   bool            `json:"tls"`
	HTTP  json.RawMessage `json:"http,omitempty"`
	TCP   json.RawMessage `json:"tcp,omitempty"`
}

type head struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
}

func main() {
	quiet := log.DefaultOptions()
	quiet.OutputPaths = []string{"stderr"}
	quiet.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
	if err := log.Configure(quiet); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// The stand-ins for CRDs name no version, so that routes of kinds that need a newer one would be left out.
	clear(gatewayapi.MinimumCRDVersions)
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		serve(lines, out)
		return
	}
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if err := out.Encode(answerTo(line)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func answerTo(line []byte) answer {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: err.Error()}
	}
	configs, kubernetes, refused, err := admitted(asked.Objects)
	if err != nil {
		return answer{Error: err.Error()}
	}
	result := answer{Refused: refused, Proxies: map[string]given{}}
	if err := test.Wrap(func(t test.Failer) {
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			Configs:                configs,
			KubernetesObjectString: strings.Join(kubernetes, "\n---\n"),
		})
		settle(t, server)
		for _, one := range asked.Proxies {
			result.Proxies[one.Name] = configurationOf(t, server, one)
		}
	}); err != nil {
		return answer{Error: err.Error()}
	}
	return result
}

// admitted tells Istio's objects, as far as its webhook lets them in, from those of Kubernetes.
func admitted(objects []json.RawMessage) ([]config.Config, []string, []refusal, error) {
	configs := []config.Config{}
	kubernetes := []string{}
	refused := []refusal{}
	for _, object := range objects {
		var about head
		if err := json.Unmarshal(object, &about); err != nil {
			return nil, nil, nil, err
		}
		if !strings.Contains(about.APIVersion, ".istio.io/") {
			kubernetes = append(kubernetes, string(object))
			continue
		}
		parsed, others, err := crd.ParseInputs(string(object))
		if err != nil || len(others) > 0 {
			reason := "unknown kind"
			if err != nil {
				reason = err.Error()
			}
			refused = append(refused, refusal{about.Kind, about.Metadata.Namespace, about.Metadata.Name, reason})
			continue
		}
		for _, config := range parsed {
			// Short names are meant in the cluster's domain, which the API server's objects come with.
			config.Domain = constants.DefaultClusterLocalDomain
			configs = append(configs, config)
		}
	}
	return configs, kubernetes, refused, nil
}

const (
	poll    = 5 * time.Millisecond
	quiet   = 8
	settled = 20 * time.Second
)

// settle waits until no update has come in for a while, for routes of the Gateway API are made in rounds, and until
// proxies that ask on their own have taken what it led to.
func settle(t test.Failer, server *xds.FakeDiscoveryServer) {
	last, unchanged := int64(-1), 0
	deadline := time.Now().Add(settled)
	for unchanged < quiet {
		if time.Now().After(deadline) {
			t.Fatal("updates go on, or proxies do not take them: " + untaken(server))
		}
		server.EnsureSynced(t)
		if now := server.Discovery.InboundUpdates.Load(); now == last && untaken(server) == "" {
			unchanged++
		} else {
			last, unchanged = now, 0
		}
		time.Sleep(poll)
	}
}

// untaken names a proxy that has neither acknowledged nor refused what it was sent, if there is one.
func untaken(server *xds.FakeDiscoveryServer) string {
	for _, client := range server.Discovery.AllClients() {
		node := client.Proxy()
		if node == nil {
			return client.ID()
		}
		for kind, watched := range node.DeepCloneWatchedResources() {
			if watched.NonceAcked != watched.NonceSent && watched.LastError == "" {
				return client.ID() + " " + kind
			}
		}
	}
	return ""
}

func configurationOf(t test.Failer, server *xds.FakeDiscoveryServer, asking proxy) given {
	if asking.Kind == "grpc" {
		return given{GRPC: grpcConfigurationOf(t, server, asking)}
	}
	node := setUp(server, asking, model.NodeType(asking.Kind), "")
	listeners := server.Listeners(node)
	result := given{
		Clusters:  []string{},
		Endpoints: map[string][]string{},
		TLS:       map[string]clusterTLS{},
		TLSModes:  map[string][]string{},
	}
	for _, each := range listeners {
		result.Listeners = append(result.Listeners, listeningOf(t, each))
	}
	for _, each := range server.RoutesFromListeners(node, listeners) {
		result.Routes = append(result.Routes, asJSON(t, each))
	}
	for _, each := range server.Clusters(node) {
		result.Clusters = append(result.Clusters, each.Name)
		if spoken, has := tlsOf(t, each); has {
			result.TLS[each.Name] = spoken
		}
	}
	for _, each := range server.Endpoints(node) {
		addresses, modes := []string{}, []string{}
		for _, locality := range each.Endpoints {
			for _, endpoint := range locality.LbEndpoints {
				addresses = append(addresses, endpoint.GetEndpoint().GetAddress().GetSocketAddress().GetAddress())
				modes = append(modes, tlsModeOf(endpoint))
			}
		}
		result.Endpoints[each.ClusterName] = addresses
		result.TLSModes[each.ClusterName] = modes
	}
	return result
}

func setUp(server *xds.FakeDiscoveryServer, asking proxy, kind model.NodeType, generator string) *model.Proxy {
	return server.SetupProxy(&model.Proxy{
		Type:            kind,
		ID:              asking.Name + "." + asking.Namespace,
		IPAddresses:     []string{asking.IP},
		ConfigNamespace: asking.Namespace,
		Labels:          asking.Labels,
		Metadata: &model.NodeMetadata{
			Namespace:    asking.Namespace,
			Labels:       asking.Labels,
			Generator:    generator,
			ClusterID:    "Kubernetes",
			IstioVersion: "1.32.0",
		},
	})
}

func listeningOf(t test.Failer, each *listener.Listener) listening {
	result := listening{
		Name:   each.Name,
		Port:   each.GetAddress().GetSocketAddress().GetPortValue(),
		Chains: []chain{},
	}
	chains := each.FilterChains
	if each.DefaultFilterChain != nil {
		chains = append(chains[:len(chains):len(chains)], each.DefaultFilterChain)
	}
	for _, one := range chains {
		own := chain{Match: json.RawMessage("null"), TLS: one.TransportSocket != nil}
		if one.FilterChainMatch != nil {
			own.Match = asJSON(t, one.FilterChainMatch)
		}
		for _, filter := range one.Filters {
			config := filter.GetTypedConfig()
			switch {
			case config.MessageIs(&hcm.HttpConnectionManager{}):
				manager := &hcm.HttpConnectionManager{}
				must(t, config.UnmarshalTo(manager))
				manager.HttpFilters, manager.AccessLog, manager.Tracing = nil, nil, nil
				own.HTTP = asJSON(t, manager)
			case config.MessageIs(&tcpproxy.TcpProxy{}):
				proxied := &tcpproxy.TcpProxy{}
				must(t, config.UnmarshalTo(proxied))
				proxied.AccessLog = nil
				own.TCP = asJSON(t, proxied)
			}
		}
		result.Chains = append(result.Chains, own)
	}
	return result
}

func asJSON(t test.Failer, message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	must(t, err)
	return text
}

func must(t test.Failer, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
