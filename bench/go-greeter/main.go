// A fast Greeter in Go: a peer's server that does not hide what a client costs.
//
// It names one of two pods in its replies, by the weights it is given, and prints its address.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/examples/helloworld/helloworld"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	podV1 = "grpc-helloworld-py-v1-79b5dc9654-cg4dq"
	podV2 = "grpc-helloworld-py-v2-7f56b49b7f-9vvr7"
)

type greeter struct {
	pb.UnimplementedGreeterServer
	shareV1 float64
}

func (g *greeter) SayHello(_ context.Context, in *pb.HelloRequest) (*pb.HelloReply, error) {
	pod := podV2
	if rand.Float64() < g.shareV1 {
		pod = podV1
	}
	return &pb.HelloReply{Message: "Hello, " + in.GetName() + "! I'm from " + pod + "!"}, nil
}

// stream answers SayHelloStreamReply, which the example's contract lacks, with as many greetings as the metadata
// stream-messages say.
func (g *greeter) stream(_ any, stream grpc.ServerStream) error {
	if method, _ := grpc.MethodFromServerStream(stream); method != "/helloworld.Greeter/SayHelloStreamReply" {
		return status.Errorf(codes.Unimplemented, "unknown method %s", method)
	}
	in := &pb.HelloRequest{}
	if err := stream.RecvMsg(in); err != nil {
		return err
	}
	md, _ := metadata.FromIncomingContext(stream.Context())
	count, _ := strconv.Atoi(strings.Join(md.Get("stream-messages"), ""))
	reply, err := g.SayHello(stream.Context(), in)
	for ; err == nil && count > 0; count-- {
		err = stream.SendMsg(reply)
	}
	return err
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "address to listen on")
	shareV1 := flag.Float64("v1", 0.6, "share of the replies that name the pod of v1")
	streams := flag.Uint("max-streams", 1000, "concurrent streams of a connection")
	flag.Parse()

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	service := &greeter{shareV1: *shareV1}
	server := grpc.NewServer(
		grpc.MaxConcurrentStreams(uint32(*streams)),
		grpc.UnknownServiceHandler(service.stream),
	)
	pb.RegisterGreeterServer(server, service)
	fmt.Println(listener.Addr())

	// Whoever started it holds its standard input: it ends with that, not after it.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
