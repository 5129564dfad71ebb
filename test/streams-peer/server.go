package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// served is what the server tells of a call: each step of it, and at its end what it has seen.
type served struct {
	ID         string `json:"id"`
	Event      string `json:"event"`
	Received   int    `json:"received"`
	Bytes      int    `json:"bytes"`
	HalfClosed bool   `json:"halfClosed"`
	Cancelled  bool   `json:"cancelled"`
}

// serve listens on a free port, prints its address, and ends with its standard input.
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(
		grpc.ForceServerCodecV2(bytesCodec{}),
		grpc.UnknownServiceHandler(handle),
		grpc.MaxRecvMsgSize(maxMessageBytes),
		grpc.MaxSendMsgSize(maxMessageBytes),
	)
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}

// received reads a stream to its end, tells of it, and hands each message to take.
func (call *served) received(stream grpc.ServerStream, take func([]byte) (bool, error)) error {
	for {
		var message []byte
		err := stream.RecvMsg(&message)
		if errors.Is(err, io.EOF) {
			call.HalfClosed = true
			call.tell("half-closed")
			return nil
		}
		if err != nil {
			return err
		}
		call.Received++
		call.Bytes += len(message)
		if call.Received <= told {
			call.tell(fmt.Sprintf("received %d", call.Received))
		}
		if isOver, err := take(message); isOver || err != nil {
			return err
		}
	}
}

func (call served) tell(event string) {
	call.Event = event
	tell(call)
}

func handle(_ any, stream grpc.ServerStream) error {
	md, _ := metadata.FromIncomingContext(stream.Context())
	call := &served{ID: strings.Join(md.Get("id"), "")}
	call.tell("opened")
	stream.SetTrailer(metadata.Pairs("x-pod", "pod-1", "x-two", "a", "x-two", "b", "x-token-bin", "\x00\xff"))
	_ = stream.SetHeader(metadata.Pairs("x-served", "yes", "x-header-bin", "\x01\x02"))
	err := act(call, stream, strings.Fields(strings.Join(md.Get("do"), "")))
	call.Cancelled = stream.Context().Err() != nil
	call.tell("ended")
	return err
}

// act does as the words say; the same words mean the same to the server of the tests in Node.js.
func act(call *served, stream grpc.ServerStream, words []string) error {
	what, first, second := "", 0, 0
	_, _ = fmt.Sscanf(strings.Join(words, " "), "%s %d %d", &what, &first, &second)
	all := func([]byte) (bool, error) { return false, nil }
	untilCancelled := func() error {
		<-stream.Context().Done()
		return status.FromContextError(stream.Context().Err()).Err()
	}
	switch what {
	case "echo":
		return call.received(stream, func(message []byte) (bool, error) { return false, stream.SendMsg(message) })
	case "count":
		if first == 1 {
			_ = stream.SendHeader(nil)
		}
		if err := call.received(stream, all); err != nil {
			return err
		}
		return stream.SendMsg(framed([]byte(fmt.Sprintf("%d %d", call.Received, call.Bytes))))
	case "give":
		if err := call.received(stream, all); err != nil {
			return err
		}
		return give(stream, first, second)
	case "last":
		if err := call.received(stream, all); err != nil {
			return err
		}
		if err := give(stream, first, second); err != nil {
			return err
		}
		return untilCancelled()
	case "flood":
		go func() { _ = call.received(stream, all) }()
		for {
			if err := give(stream, 1, first); err != nil {
				return untilCancelled()
			}
		}
	case "fail":
		return call.received(stream, func(message []byte) (bool, error) {
			if call.Received > first {
				return true, status.Error(codes.Aborted, "enough: 100 % für heute\n")
			}
			return false, stream.SendMsg(message)
		})
	case "early":
		err := call.received(stream, func([]byte) (bool, error) { return call.Received == first, nil })
		if err != nil {
			return err
		}
		return give(stream, 1, 5)
	case "refuse":
		return status.Error(codes.Code(first), "not here")
	case "silent":
		_ = call.received(stream, all)
		return untilCancelled()
	case "open":
		_ = stream.SendHeader(nil)
		_ = give(stream, first, 5)
		_ = call.received(stream, all)
		return untilCancelled()
	case "deaf":
		_ = stream.SendHeader(nil)
		return untilCancelled()
	default:
		return status.Error(codes.Unimplemented, what)
	}
}

func give(stream grpc.ServerStream, count, bytes int) error {
	message := framed([]byte(strings.Repeat("m", bytes)))
	for range count {
		if err := stream.SendMsg(message); err != nil {
			return err
		}
	}
	return nil
}

// framed is a message whose first field is these bytes; an empty one where there are none.
func framed(payload []byte) []byte {
	if len(payload) == 0 {
		return []byte{}
	}
	message := []byte{0x0a}
	left := len(payload)
	for ; left > 0x7f; left >>= 7 {
		message = append(message, byte(left)|0x80)
	}
	return append(append(message, byte(left)), payload...)
}
