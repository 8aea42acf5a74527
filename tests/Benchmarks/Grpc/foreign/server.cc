// The server by C++ gRPC, with its callback interface. Usage: server PORT_FILE
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "testing/test.grpc.pb.h"

namespace {

class Service final : public grpc::testing::TestService::CallbackService {
  grpc::ServerUnaryReactor* UnaryCall(grpc::CallbackServerContext* context, const grpc::testing::SimpleRequest* request,
                                      grpc::testing::SimpleResponse* response) override {
    response->mutable_payload()->mutable_body()->assign(request->response_size(), '\0');
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main(int, char** argv) {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const std::string draft = std::string(argv[1]) + ".new";
  std::ofstream(draft) << port;
  if (std::rename(draft.c_str(), argv[1]) != 0) return 1;
  server->Wait();
}
