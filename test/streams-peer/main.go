// A server and a client of streams by Go's gRPC, for tests that compare what clients see.
//
// Both are told what to do from outside: the server by the metadata of each call, the client by lines of JSON.
// Messages are bytes as they stand on the wire, whatever contract they are of.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"sync"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// maxMessageBytes is what either side takes of one message.
const maxMessageBytes = 64 << 20

// told is how many messages of a stream are told one by one: tests wait for the first ones alone.
const told = 3

// bytesCodec leaves messages as they are.
type bytesCodec struct{}

func (bytesCodec) Marshal(value any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(value.([]byte))}, nil
}

func (bytesCodec) Unmarshal(data mem.BufferSlice, value any) error {
	*value.(*[]byte) = data.Materialize()
	return nil
}

func (bytesCodec) Name() string { return "proto" }

var _ encoding.CodecV2 = bytesCodec{}

var output sync.Mutex

// tell writes one line of JSON to standard output.
func tell(event any) {
	line, err := json.Marshal(event)
	if err != nil {
		log.Fatal(err)
	}
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(line))
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		serve()
	case len(os.Args) == 2 && os.Args[1] == "call":
		call()
	default:
		log.Fatal("usage: streams-peer serve|call")
	}
}
