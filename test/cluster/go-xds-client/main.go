// A proxyless client of the echo application, by grpc-go. With a target as its argument it reads how many calls to
// make and writes a line of JSON with the answers by version, again and again. Without one it reads calls, a line
// of JSON each, makes them all at once, with the library's retries, and writes a line for each that has ended. A
// failure goes under the name of its code.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	_ "google.golang.org/grpc/xds"
)

const callTimeout = 20 * time.Second

// request is an EchoRequest whose message is "hi".
var request = []byte("\n\x02hi")

var serviceVersion = regexp.MustCompile(`(?m)^ServiceVersion=(.*)$`)

// asIs hands messages over as the bytes that they are.
type asIs struct{}

func (asIs) Marshal(v any) ([]byte, error) { return v.([]byte), nil }

func (asIs) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func (asIs) Name() string { return "proto" }

func main() {
	if len(os.Args) < 2 {
		makeCalls()
		return
	}
	connection := connect(os.Args[1], grpc.WithDisableRetry())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		calls, err := strconv.Atoi(lines.Text())
		if err != nil {
			log.Fatal(err)
		}
		counts := map[string]int{}
		for range calls {
			ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
			counts[answer(ctx, connection)]++
			cancel()
		}
		text, _ := json.Marshal(counts)
		fmt.Println(string(text))
	}
}

// askedCall is one call; what becomes of it goes under its id.
type askedCall struct {
	ID        int               `json:"id"`
	Target    string            `json:"target"`
	Metadata  map[string]string `json:"metadata"`
	TimeoutMs int               `json:"timeoutMs"`
}

func makeCalls() {
	connections := map[string]*grpc.ClientConn{}
	ended := make(chan string)
	go func() {
		for line := range ended {
			fmt.Println(line)
		}
	}()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked askedCall
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if connections[asked.Target] == nil {
			connections[asked.Target] = connect(asked.Target)
		}
		go func(connection *grpc.ClientConn) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(asked.TimeoutMs)*time.Millisecond)
			defer cancel()
			end := answer(metadata.NewOutgoingContext(ctx, metadata.New(asked.Metadata)), connection)
			text, _ := json.Marshal(map[string]any{"id": asked.ID, "end": end})
			ended <- string(text)
		}(connections[asked.Target])
	}
}

func connect(target string, more ...grpc.DialOption) *grpc.ClientConn {
	connection, err := grpc.NewClient(target, append(more,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(asIs{})))...)
	if err != nil {
		log.Fatal(err)
	}
	return connection
}

func answer(ctx context.Context, connection *grpc.ClientConn) string {
	var reply []byte
	if err := connection.Invoke(ctx, "/proto.EchoTestService/Echo", request, &reply); err != nil {
		return status.Code(err).String()
	}
	if found := serviceVersion.FindSubmatch(reply); found != nil {
		return string(found[1])
	}
	return ""
}
