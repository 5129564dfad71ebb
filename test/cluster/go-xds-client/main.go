// A proxyless client of the echo application, by grpc-go: reads how many calls to make and writes a line of
// JSON with the answers by version, again and again. A failure counts under the name of its code.
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
	connection, err := grpc.NewClient(os.Args[1],
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(asIs{})))
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		calls, err := strconv.Atoi(lines.Text())
		if err != nil {
			log.Fatal(err)
		}
		counts := map[string]int{}
		for range calls {
			counts[answer(connection)]++
		}
		text, _ := json.Marshal(counts)
		fmt.Println(string(text))
	}
}

func answer(connection *grpc.ClientConn) string {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	var reply []byte
	if err := connection.Invoke(ctx, "/proto.EchoTestService/Echo", request, &reply); err != nil {
		return status.Code(err).String()
	}
	if found := serviceVersion.FindSubmatch(reply); found != nil {
		return string(found[1])
	}
	return ""
}
