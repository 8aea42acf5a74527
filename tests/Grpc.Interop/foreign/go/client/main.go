// One case of the gRPC interop test description by grpc-go. Usage: client ADDRESS CASE
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	pb "callcentercrm/testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

var (
	send    = []int{27182, 8, 1828, 45904}
	receive = []int32{31415, 9, 2653, 58979}
	special = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func equal(actual, expected interface{}) {
	if !reflect.DeepEqual(actual, expected) {
		fail("expected %v, got %v", expected, actual)
	}
}

func payload(size int) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

func output(size int32, body int) *pb.StreamingOutputCallRequest {
	return &pb.StreamingOutputCallRequest{
		ResponseParameters: []*pb.ResponseParameters{{Size: size}}, Payload: payload(body)}
}

func large() *pb.SimpleRequest { return &pb.SimpleRequest{ResponseSize: 314159, Payload: payload(271828)} }

func last(stream pb.TestService_FullDuplexCallClient) error {
	for {
		if _, err := stream.Recv(); err != nil {
			return err
		}
	}
}

func customMetadata(ctx context.Context, c pb.TestServiceClient) {
	ctx = metadata.AppendToOutgoingContext(ctx,
		"x-grpc-test-echo-initial", "test_initial_metadata_value", "x-grpc-test-echo-trailing-bin", "\xab\xab\xab")
	var header, trailer metadata.MD
	_, err := c.UnaryCall(ctx, large(), grpc.Header(&header), grpc.Trailer(&trailer))
	check(err)
	stream, err := c.FullDuplexCall(ctx)
	check(err)
	check(stream.Send(output(314159, 271828)))
	streamHeader, err := stream.Header()
	check(err)
	check(stream.CloseSend())
	equal(last(stream), io.EOF)
	for _, md := range []metadata.MD{header, streamHeader} {
		equal(md.Get("x-grpc-test-echo-initial"), []string{"test_initial_metadata_value"})
	}
	for _, md := range []metadata.MD{trailer, stream.Trailer()} {
		equal(md.Get("x-grpc-test-echo-trailing-bin"), []string{"\xab\xab\xab"})
	}
}

func echoStatus(ctx context.Context, c pb.TestServiceClient, message string, both bool) {
	wanted := &pb.EchoStatus{Code: 2, Message: message}
	_, err := c.UnaryCall(ctx, &pb.SimpleRequest{ResponseStatus: wanted})
	errs := []error{err}
	if both {
		stream, err := c.FullDuplexCall(ctx)
		check(err)
		check(stream.Send(&pb.StreamingOutputCallRequest{ResponseStatus: wanted}))
		check(stream.CloseSend())
		errs = append(errs, last(stream))
	}
	for _, err := range errs {
		equal(status.Code(err), codes.Unknown)
		equal(status.Convert(err).Message(), message)
	}
}

func pingPong(ctx context.Context, c pb.TestServiceClient) {
	stream, err := c.FullDuplexCall(ctx)
	check(err)
	for i := range send {
		check(stream.Send(output(receive[i], send[i])))
		answer, err := stream.Recv()
		check(err)
		equal(int32(len(answer.GetPayload().GetBody())), receive[i])
	}
	check(stream.CloseSend())
	equal(last(stream), io.EOF)
}

func main() {
	conn, err := grpc.Dial(os.Args[1], grpc.WithInsecure())
	check(err)
	defer conn.Close()
	c := pb.NewTestServiceClient(conn)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	switch os.Args[2] {
	case "empty_unary":
		_, err := c.EmptyCall(ctx, &pb.Empty{})
		check(err)
	case "large_unary":
		answer, err := c.UnaryCall(ctx, large())
		check(err)
		equal(answer.GetPayload().GetBody(), make([]byte, 314159))
	case "client_streaming":
		stream, err := c.StreamingInputCall(ctx)
		check(err)
		for _, size := range send {
			check(stream.Send(&pb.StreamingInputCallRequest{Payload: payload(size)}))
		}
		answer, err := stream.CloseAndRecv()
		check(err)
		equal(answer.GetAggregatedPayloadSize(), int32(74922))
	case "server_streaming":
		request := &pb.StreamingOutputCallRequest{}
		for _, size := range receive {
			request.ResponseParameters = append(request.ResponseParameters, &pb.ResponseParameters{Size: size})
		}
		stream, err := c.StreamingOutputCall(ctx, request)
		check(err)
		for _, size := range receive {
			answer, err := stream.Recv()
			check(err)
			equal(int32(len(answer.GetPayload().GetBody())), size)
		}
		_, err = stream.Recv()
		equal(err, io.EOF)
	case "ping_pong":
		pingPong(ctx, c)
	case "empty_stream":
		stream, err := c.FullDuplexCall(ctx)
		check(err)
		check(stream.CloseSend())
		equal(last(stream), io.EOF)
	case "custom_metadata":
		customMetadata(ctx, c)
	case "status_code_and_message":
		echoStatus(ctx, c, "test status message", true)
	case "special_status_message":
		echoStatus(ctx, c, special, false)
	case "unimplemented_method":
		_, err := c.UnimplementedCall(ctx, &pb.Empty{})
		equal(status.Code(err), codes.Unimplemented)
	case "unimplemented_service":
		_, err := pb.NewUnimplementedServiceClient(conn).UnimplementedCall(ctx, &pb.Empty{})
		equal(status.Code(err), codes.Unimplemented)
	case "cancel_after_begin":
		stream, err := c.StreamingInputCall(ctx)
		check(err)
		cancel()
		_, err = stream.CloseAndRecv()
		equal(status.Code(err), codes.Canceled)
	case "cancel_after_first_response":
		stream, err := c.FullDuplexCall(ctx)
		check(err)
		check(stream.Send(output(31415, 27182)))
		_, err = stream.Recv()
		check(err)
		cancel()
		equal(status.Code(last(stream)), codes.Canceled)
	case "timeout_on_sleeping_server":
		short, end := context.WithTimeout(ctx, time.Millisecond)
		defer end()
		stream, err := c.FullDuplexCall(short)
		if err == nil {
			_ = stream.Send(&pb.StreamingOutputCallRequest{Payload: payload(27182)})
			err = last(stream)
		}
		equal(status.Code(err), codes.DeadlineExceeded)
	default:
		fail("unknown case %s", os.Args[2])
	}
}
