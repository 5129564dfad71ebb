package main

import (
	"encoding/json"
	"sort"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/grpcgen"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/istio-agent/grpcxds"
	"istio.io/istio/pkg/test"
)

// grpcGiven is what a gRPC client or server without a proxy gets for the names it asks for.
type grpcGiven struct {
	// Tables are the names of the routes of each listener.
	Tables   map[string]string `json:"tables"`
	Routes   []json.RawMessage `json:"routes"`
	Clusters []json.RawMessage `json:"clusters"`
	// Inbound says for each address whether it is to speak TLS.
	Inbound map[string]bool `json:"inbound"`
}

// grpcConfigurationOf asks as a gRPC client does: for listeners, then for the routes and clusters these name.
func grpcConfigurationOf(t test.Failer, server *xds.FakeDiscoveryServer, asking proxy) *grpcGiven {
	node := setUp(server, asking, model.SidecarProxy, "grpc")
	push := server.PushContext()
	generator := &grpcgen.GrpcConfigGenerator{}
	result := &grpcGiven{
		Tables:   map[string]string{},
		Routes:   []json.RawMessage{},
		Clusters: []json.RawMessage{},
		Inbound:  map[string]bool{},
	}
	names := []string{}
	names = append(names, asking.Targets...)
	for _, address := range asking.Inbound {
		names = append(names, grpcxds.ServerListenerNamePrefix+address)
	}
	if len(names) == 0 {
		return result
	}
	tables := map[string]bool{}
	for _, resource := range generator.BuildListeners(node, push, names) {
		each := &listener.Listener{}
		must(t, resource.Resource.UnmarshalTo(each))
		if each.ApiListener == nil {
			address := each.Name[len(grpcxds.ServerListenerNamePrefix):]
			for _, one := range each.FilterChains {
				result.Inbound[address] = one.TransportSocket != nil
			}
			continue
		}
		manager := &hcm.HttpConnectionManager{}
		must(t, each.ApiListener.ApiListener.UnmarshalTo(manager))
		result.Tables[each.Name] = manager.GetRds().GetRouteConfigName()
		tables[manager.GetRds().GetRouteConfigName()] = true
	}
	for _, resource := range generator.BuildHTTPRoutes(node, push, sorted(tables)) {
		result.Routes = append(result.Routes, anyAsJSON(t, resource))
	}
	clusters := map[string]bool{}
	for _, table := range result.Routes {
		clustersOf(t, table, clusters)
	}
	if len(clusters) == 0 {
		return result
	}
	for _, resource := range generator.BuildClusters(node, push, sorted(clusters)) {
		result.Clusters = append(result.Clusters, anyAsJSON(t, resource))
	}
	return result
}

// clustersOf adds the names that a table's routes have, wherever these stand in it.
func clustersOf(t test.Failer, table json.RawMessage, found map[string]bool) {
	var tree any
	must(t, json.Unmarshal(table, &tree))
	collectClusters(tree, found)
}

func collectClusters(tree any, found map[string]bool) {
	switch one := tree.(type) {
	case []any:
		for _, each := range one {
			collectClusters(each, found)
		}
	case map[string]any:
		if name, is := one["cluster"].(string); is {
			found[name] = true
		}
		if weighted, is := one["weightedClusters"].(map[string]any); is {
			if parts, is := weighted["clusters"].([]any); is {
				for _, part := range parts {
					if fields, is := part.(map[string]any); is {
						if name, is := fields["name"].(string); is {
							found[name] = true
						}
					}
				}
			}
		}
		for _, each := range one {
			collectClusters(each, found)
		}
	}
}

func anyAsJSON(t test.Failer, resource *discovery.Resource) json.RawMessage {
	message, err := resource.Resource.UnmarshalNew()
	must(t, err)
	return asJSON(t, message)
}

func sorted(names map[string]bool) []string {
	result := []string{}
	for name := range names {
		result = append(result, name)
	}
	sort.Strings(result)
	return result
}
