using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Server reflection (github.com/grpc/grpc, doc/server-reflection.md).</summary>
internal sealed class ReflectionService(ServedContracts contracts) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(Answer(contracts, request), context.CancellationToken);
        }
    }

    /// <summary>The answer to one question.</summary>
    internal static ServerReflectionResponse Answer(ServedContracts contracts, ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new ListServiceResponse();
                answer.ListServicesResponse.Service.AddRange(contracts.Names.Select(name => new ServiceResponse { Name = name }));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                AddFile(answer, contracts.File(request.FileByFilename), "file");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                AddFile(answer, contracts.FileOf(request.FileContainingSymbol), "symbol");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var extension = contracts.Message(request.FileContainingExtension.ContainingType) is { } extended
                    ? contracts.Extensions(extended).FirstOrDefault(field => field.FieldNumber == request.FileContainingExtension.ExtensionNumber)
                    : null;
                AddFile(answer, extension?.File, "extension");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                AddExtensionNumbers(answer, contracts, request.AllExtensionNumbersOfType);
                break;
            default:
                answer.ErrorResponse = new ErrorResponse { ErrorCode = (int)StatusCode.InvalidArgument, ErrorMessage = "Nothing is asked." };
                break;
        }

        return answer;
    }

    private static void AddFile(ServerReflectionResponse answer, FileDescriptor? file, string what)
    {
        if (file is null)
        {
            answer.ErrorResponse = NotFound(what);
            return;
        }

        answer.FileDescriptorResponse = new FileDescriptorResponse();
        answer.FileDescriptorResponse.FileDescriptorProto.AddRange(ServedContracts.WithImports([file]).Select(part => part.SerializedData));
    }

    private static void AddExtensionNumbers(ServerReflectionResponse answer, ServedContracts contracts, string name)
    {
        if (contracts.Message(name) is not { } message)
        {
            answer.ErrorResponse = NotFound("message");
            return;
        }

        answer.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = name };
        answer.AllExtensionNumbersResponse.ExtensionNumber.AddRange(contracts.Extensions(message).Select(field => field.FieldNumber));
    }

    private static ErrorResponse NotFound(string what) =>
        new() { ErrorCode = (int)StatusCode.NotFound, ErrorMessage = $"There is no such {what} here." };
}

/// <summary>The same under its older name, which most tools still ask for; the messages are alike byte for byte.</summary>
internal sealed class ReflectionAlphaService(ServedContracts contracts) : Alpha.ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<Alpha.ServerReflectionRequest> requestStream,
        IServerStreamWriter<Alpha.ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var answer = ReflectionService.Answer(contracts, ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
            await responseStream.WriteAsync(Alpha.ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString()), context.CancellationToken);
        }
    }
}
