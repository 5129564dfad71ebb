package main

import (
	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	"istio.io/istio/pkg/test"
)

// clusterTLS is how a cluster speaks TLS to its endpoints.
type clusterTLS struct {
	// Auto: only to those whose label asks for it.
	Auto bool `json:"auto"`
	// Names are the subject alternative names that are taken from the other side; empty: every one.
	Names []string `json:"names"`
}

const tlsModeMetadata = "envoy.transport_socket_match"

func tlsOf(t test.Failer, each *cluster.Cluster) (clusterTLS, bool) {
	if names, has := namesOf(t, each.TransportSocket); has {
		return clusterTLS{Auto: false, Names: names}, true
	}
	for _, match := range each.TransportSocketMatches {
		if names, has := namesOf(t, match.TransportSocket); has {
			// Where only tunnels of the ambient mesh are told apart, all others are matched.
			return clusterTLS{Auto: len(match.GetMatch().GetFields()) > 0, Names: names}, true
		}
	}
	return clusterTLS{}, false
}

func namesOf(t test.Failer, socket *core.TransportSocket) ([]string, bool) {
	config := socket.GetTypedConfig()
	if config == nil || !config.MessageIs(&tls.UpstreamTlsContext{}) {
		return nil, false
	}
	context := &tls.UpstreamTlsContext{}
	must(t, config.UnmarshalTo(context))
	names := []string{}
	validation := context.CommonTlsContext.GetCombinedValidationContext().GetDefaultValidationContext()
	//nolint:staticcheck // What Istio sends.
	for _, matcher := range validation.GetMatchSubjectAltNames() {
		names = append(names, matcher.GetExact())
	}
	return names, true
}

func tlsModeOf(each *endpoint.LbEndpoint) string {
	return each.GetMetadata().GetFilterMetadata()[tlsModeMetadata].GetFields()["tlsMode"].GetStringValue()
}
