package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// command is a line of what the client is to do with the stream of an id.
type command struct {
	ID string `json:"id"`
	// One of open, send, half-close, cancel.
	What    string `json:"what"`
	Address string `json:"address"`
	Do      string `json:"do"`
	Count   int    `json:"count"`
	Bytes   int    `json:"bytes"`
}

// result is what the client saw of a stream.
type result struct {
	ID       string              `json:"id"`
	Event    string              `json:"event"`
	Status   int                 `json:"status"`
	Details  string              `json:"details"`
	Messages int                 `json:"messages"`
	Bytes    int                 `json:"bytes"`
	Digest   string              `json:"digest"`
	Headers  map[string][]string `json:"headers"`
	Trailers map[string][]string `json:"trailers"`
}

// opened is a stream with what it is still to do, in order.
type opened struct {
	cancel context.CancelFunc
	todo   chan command
}

// call does what standard input says, line by line, and tells what comes of it.
func call() {
	connections := map[string]*grpc.ClientConn{}
	streams := map[string]opened{}
	var running sync.WaitGroup
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var one command
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			log.Fatal(err)
		}
		switch one.What {
		case "open":
			if connections[one.Address] == nil {
				connections[one.Address] = connect(one.Address)
			}
			streams[one.ID] = open(connections[one.Address], one, &running)
		case "cancel":
			streams[one.ID].cancel()
		default:
			streams[one.ID].todo <- one
		}
	}
	for _, stream := range streams {
		stream.cancel()
	}
	running.Wait()
}

func connect(address string) *grpc.ClientConn {
	connection, err := grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodecV2(bytesCodec{}),
			grpc.MaxCallRecvMsgSize(maxMessageBytes),
			grpc.MaxCallSendMsgSize(maxMessageBytes),
		))
	if err != nil {
		log.Fatal(err)
	}
	return connection
}

func open(connection *grpc.ClientConn, one command, running *sync.WaitGroup) opened {
	ctx, cancel := context.WithCancel(metadata.AppendToOutgoingContext(context.Background(),
		"id", one.ID, "do", one.Do))
	description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := connection.NewStream(ctx, description, "/test.Streams/Both")
	if err != nil {
		log.Fatal(err)
	}
	todo := make(chan command, 8)
	running.Add(2)
	go func() {
		defer running.Done()
		for {
			select {
			case <-ctx.Done():
				return
			case next := <-todo:
				if next.What == "half-close" {
					_ = stream.CloseSend()
					continue
				}
				message := framed([]byte(strings.Repeat("c", next.Bytes)))
				for range next.Count {
					if stream.SendMsg(message) != nil {
						break
					}
				}
				tell(result{ID: one.ID, Event: "sent"})
			}
		}
	}()
	go func() {
		defer running.Done()
		defer cancel()
		listen(one.ID, stream)
	}()
	return opened{cancel, todo}
}

// listen reads a stream to its end, and tells what came.
func listen(id string, stream grpc.ClientStream) {
	seen := result{ID: id, Event: "ended"}
	hash := sha256.New()
	header, err := stream.Header()
	if err == nil && header != nil {
		tell(result{ID: id, Event: "headers"})
	}
	for {
		var message []byte
		err = stream.RecvMsg(&message)
		if err != nil {
			break
		}
		seen.Messages++
		seen.Bytes += len(message)
		fmt.Fprintf(hash, "%d:", len(message))
		hash.Write(message)
		if seen.Messages <= told {
			tell(result{ID: id, Event: fmt.Sprintf("message %d", seen.Messages)})
		}
	}
	if !errors.Is(err, io.EOF) {
		seen.Status, seen.Details = int(status.Code(err)), status.Convert(err).Message()
	}
	seen.Digest = hex.EncodeToString(hash.Sum(nil))
	seen.Headers, seen.Trailers = shown(header), shown(stream.Trailer())
	tell(seen)
}

// shown is metadata of the tests' own, with binary values in hexadecimal.
func shown(md metadata.MD) map[string][]string {
	own := map[string][]string{}
	for name, values := range md {
		if !strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "x-envoy") {
			continue
		}
		for _, value := range values {
			if strings.HasSuffix(name, "-bin") {
				value = hex.EncodeToString([]byte(value))
			}
			own[name] = append(own[name], value)
		}
	}
	return own
}
