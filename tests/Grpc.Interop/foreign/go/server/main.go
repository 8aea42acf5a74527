// grpc.testing.TestService by grpc-go, for our client. Usage: server PORT_FILE; ends when its standard input does.
package main

import (
	"context"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"os"
	"time"

	pb "callcentercrm/testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type server struct{ pb.UnimplementedTestServiceServer }

func echo(ctx context.Context, header, trailer func(metadata.MD)) {
	md, _ := metadata.FromIncomingContext(ctx)
	if values := md.Get("x-grpc-test-echo-initial"); len(values) > 0 {
		header(metadata.Pairs("x-grpc-test-echo-initial", values[0]))
	}
	if values := md.Get("x-grpc-test-echo-trailing-bin"); len(values) > 0 {
		trailer(metadata.Pairs("x-grpc-test-echo-trailing-bin", values[0]))
	}
}

func asked(wanted *pb.EchoStatus) error {
	if wanted.GetCode() == 0 {
		return nil
	}
	return status.Error(codes.Code(wanted.Code), wanted.Message)
}

func payload(size int32) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

func (*server) EmptyCall(context.Context, *pb.Empty) (*pb.Empty, error) { return &pb.Empty{}, nil }

func (*server) UnaryCall(ctx context.Context, request *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	echo(ctx, func(md metadata.MD) { _ = grpc.SetHeader(ctx, md) }, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) })
	if err := asked(request.ResponseStatus); err != nil {
		return nil, err
	}
	return &pb.SimpleResponse{Payload: payload(request.ResponseSize)}, nil
}

func (*server) StreamingOutputCall(request *pb.StreamingOutputCallRequest, stream pb.TestService_StreamingOutputCallServer) error {
	for _, parameters := range request.ResponseParameters {
		time.Sleep(time.Duration(parameters.IntervalUs) * time.Microsecond)
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: payload(parameters.Size)}); err != nil {
			return err
		}
	}
	return nil
}

func (*server) StreamingInputCall(stream pb.TestService_StreamingInputCallServer) error {
	var sum int32
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: sum})
		}
		if err != nil {
			return err
		}
		sum += int32(len(request.GetPayload().GetBody()))
	}
}

func (*server) FullDuplexCall(stream pb.TestService_FullDuplexCallServer) error {
	echo(stream.Context(), func(md metadata.MD) { _ = stream.SetHeader(md) }, stream.SetTrailer)
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := asked(request.ResponseStatus); err != nil {
			return err
		}
		for _, parameters := range request.ResponseParameters {
			time.Sleep(time.Duration(parameters.IntervalUs) * time.Microsecond)
			if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: payload(parameters.Size)}); err != nil {
				return err
			}
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := grpc.NewServer()
	pb.RegisterTestServiceServer(s, &server{})
	go func() {
		_, _ = io.Copy(ioutil.Discard, os.Stdin)
		os.Exit(0)
	}()
	draft := os.Args[1] + ".new"
	if err := ioutil.WriteFile(draft, []byte(fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)), 0o644); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(draft, os.Args[1]); err != nil {
		log.Fatal(err)
	}
	if err := s.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
