// The server by grpc-go. Usage: server PORT_FILE
package main

import (
	"context"
	"fmt"
	"io/ioutil"
	"log"
	"net"
	"os"

	pb "callcentercrm/testing"

	"google.golang.org/grpc"
)

type server struct{ pb.UnimplementedTestServiceServer }

func (*server) UnaryCall(_ context.Context, request *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{Payload: &pb.Payload{Body: make([]byte, request.ResponseSize)}}, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	draft := os.Args[1] + ".new"
	if err := ioutil.WriteFile(draft, []byte(fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)), 0o644); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(draft, os.Args[1]); err != nil {
		log.Fatal(err)
	}
	s := grpc.NewServer()
	pb.RegisterTestServiceServer(s, &server{})
	log.Fatal(s.Serve(listener))
}
