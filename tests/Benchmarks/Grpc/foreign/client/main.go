// Measures a server: as many unary calls as it answers. Usage: client PORT CONCURRENT SECONDS BYTES; prints calls a second.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	pb "callcentercrm/testing"

	"google.golang.org/grpc"
)

func main() {
	var numbers []int
	for _, arg := range os.Args[1:] {
		number, err := strconv.Atoi(arg)
		if err != nil {
			log.Fatal(err)
		}
		numbers = append(numbers, number)
	}
	port, concurrent, seconds, size := numbers[0], numbers[1], numbers[2], numbers[3]
	conn, err := grpc.Dial(fmt.Sprintf("127.0.0.1:%d", port), grpc.WithInsecure(), grpc.WithBlock())
	if err != nil {
		log.Fatal(err)
	}
	client := pb.NewTestServiceClient(conn)
	request := &pb.SimpleRequest{ResponseSize: int32(size), Payload: &pb.Payload{Body: make([]byte, size)}}
	counts := make([]int, concurrent)
	var all sync.WaitGroup
	start := time.Now()
	end := start.Add(time.Duration(seconds) * time.Second)
	for i := range counts {
		all.Add(1)
		go func(count *int) {
			defer all.Done()
			for time.Now().Before(end) {
				answer, err := client.UnaryCall(context.Background(), request)
				if err != nil || len(answer.GetPayload().GetBody()) != size {
					log.Fatal(err, " or an answer of another size")
				}
				*count++
			}
		}(&counts[i])
	}
	all.Wait()
	sum := 0
	for _, count := range counts {
		sum += count
	}
	fmt.Printf("%.0f\n", float64(sum)/time.Since(start).Seconds())
}
