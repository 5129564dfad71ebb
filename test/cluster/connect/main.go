// Connect by its own implementation in Go: a server of one method, and a client that tells what it sees.
//
//	connect-peer serve POD   prints its address, and serves HTTP/1.1 and HTTP/2 in plaintext on it
//	connect-peer call        reads lines of JSON {url, request}, and prints for each what came of the call
//
// Request and reply of the Greeter are one text in field 1, as protobuf's StringValue is.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const procedure = "/helloworld.Greeter/SayHello"

// What the server is asked to answer, as JSON in the request's text; other texts are names to be greeted.
type wanted struct {
	Code    uint32 `json:"code"`
	Message string `json:"message"`
	Bytes   *int   `json:"bytes"`
	Trailer string `json:"trailer"`
	Header  string `json:"header"`
	Details bool   `json:"details"`
	WaitMs  int    `json:"waitMs"`
}

func answer(
	ctx context.Context,
	pod string,
	in *connect.Request[wrapperspb.StringValue],
) (*connect.Response[wrapperspb.StringValue], error) {
	text := in.Msg.GetValue()
	reply := connect.NewResponse(wrapperspb.String("Hello, " + text + "! I'm from " + pod + "!"))
	var want wanted
	if !strings.HasPrefix(text, "{") {
		return reply, nil
	}
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		return nil, connect.NewError(connect.CodeInvalidArgument, err)
	}
	if want.WaitMs > 0 {
		// The deadline of the request ends the wait.
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(want.WaitMs) * time.Millisecond):
		}
	}
	if want.Code != 0 {
		failure := connect.NewError(connect.Code(want.Code), fmt.Errorf("%s", want.Message))
		if want.Trailer != "" {
			failure.Meta().Set("x-case-seen", want.Trailer)
		}
		if want.Details {
			detail, err := connect.NewErrorDetail(durationpb.New(time.Second))
			if err != nil {
				return nil, err
			}
			failure.AddDetail(detail)
		}
		return nil, failure
	}
	if want.Bytes != nil {
		reply.Msg.Value = strings.Repeat("x", *want.Bytes)
	}
	if want.Trailer != "" {
		reply.Trailer().Set("x-case-seen", want.Trailer)
	}
	if want.Header != "" {
		reply.Header().Set("x-pod-name", want.Header)
	}
	return reply, nil
}

func serve(pod string) {
	mux := http.NewServeMux()
	mux.Handle(procedure, connect.NewUnaryHandler(
		procedure,
		func(
			ctx context.Context,
			in *connect.Request[wrapperspb.StringValue],
		) (*connect.Response[wrapperspb.StringValue], error) {
			return answer(ctx, pod, in)
		},
		connect.WithRequireConnectProtocolHeader(),
	))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	fmt.Println(listener.Addr())
	server := &http.Server{Handler: mux, Protocols: protocols}
	log.Fatal(server.Serve(listener))
}

type asked struct {
	URL     string `json:"url"`
	Request string `json:"request"`
}

// What clients must agree on.
type seen struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Reply   string `json:"reply"`
	Trailer string `json:"trailer"`
	Header  string `json:"header"`
}

func call(line asked) seen {
	client := connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](
		http.DefaultClient,
		line.URL+procedure,
		connect.WithAcceptCompression("gzip", nil, nil),
	)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	reply, err := client.CallUnary(ctx, connect.NewRequest(wrapperspb.String(line.Request)))
	if err != nil {
		told := seen{Status: connect.CodeOf(err).String(), Message: err.Error()}
		if failure, ok := err.(*connect.Error); ok {
			told.Message = failure.Message()
			told.Trailer = failure.Meta().Get("x-case-seen")
			if told.Trailer == "" {
				told.Trailer = failure.Meta().Get("trailer-x-case-seen")
			}
			told.Header = failure.Meta().Get("x-pod-name")
		}
		return told
	}
	return seen{
		Status:  "ok",
		Reply:   reply.Msg.GetValue(),
		Trailer: reply.Trailer().Get("x-case-seen"),
		Header:  reply.Header().Get("x-pod-name"),
	}
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "serve" {
		// Whoever started it holds its standard input: it ends with that, not after it.
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
		serve(os.Args[2])
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16*1024*1024)
	for lines.Scan() {
		var line asked
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			log.Fatal(err)
		}
		told, err := json.Marshal(call(line))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(told))
	}
}
