using System.Runtime.CompilerServices;
using Google.Protobuf;
using Messaging.Descriptions;
using Messaging.Forwarding;
using Messaging.Grpc.Health;

namespace Messaging.Grpc.Reflection;

/// <summary>
/// The standard reflection service, from the files that the services' workers describe them with:
/// https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
/// </summary>
internal sealed class ReflectionService(ServiceDirectory directory) : IGrpcBuiltIn
{
    private const string Name = "grpc.reflection.v1.ServerReflection";

    // Its messages have the same numbers.
    private const string OldName = "grpc.reflection.v1alpha.ServerReflection";

    private static readonly FileIndex _own = new([HealthReflection.Descriptor, ReflectionReflection.Descriptor]);

    private readonly ConditionalWeakTable<ServiceDescription, FileIndex> _indexes = [];

    public IEnumerable<string> Names => [Name, OldName];

    public async Task InvokeAsync(GrpcCall call)
    {
        GrpcBuiltInMessages.RequireProtobuf(call);
        if (!string.Equals(call.Method, "ServerReflectionInfo", StringComparison.Ordinal) || call.Type.Protocol != GrpcProtocol.Http2)
        {
            throw GrpcBuiltInMessages.Unimplemented(call);
        }

        try
        {
            await foreach (var message in call.ReadAllAsync(call.Ends).ConfigureAwait(false))
            {
                var request = GrpcBuiltInMessages.Read(ServerReflectionRequest.Parser, message);
                GrpcBuiltInMessages.Write(call, await AnswerAsync(request, call.Ends).ConfigureAwait(false));
                await call.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await call.StopReadingAsync().ConfigureAwait(false);
        }
    }

    private async Task<ServerReflectionResponse> AnswerAsync(ServerReflectionRequest request, CancellationToken cancellationToken)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                var names = directory.Seen.Append(HealthService.Name).Append(Name).Order(StringComparer.Ordinal);
                response.ListServicesResponse = new ListServiceResponse { Service = { names.Select(static name => new ServiceResponse { Name = name }) } };
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                var symbol = request.FileContainingSymbol;
                Answer(response, await FindAsync(index => index.FindSymbol(symbol), symbol, cancellationToken).ConfigureAwait(false), symbol);
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                var file = request.FileByFilename;
                Answer(response, await FindAsync(index => index.FindFile(file), symbol: null, cancellationToken).ConfigureAwait(false), file);
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.None:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "The request asks for nothing that is known here.");
                break;

            default:
                // Extensions are of proto2, and no contract needs them.
                response.ErrorResponse = Error(StatusCode.NotFound, "No extensions are known here.");
                break;
        }

        return response;
    }

    private async Task<IReadOnlyList<ByteString>?> FindAsync(
        Func<FileIndex, IReadOnlyList<ByteString>?> find, string? symbol, CancellationToken cancellationToken)
    {
        if (find(_own) is { } own)
        {
            return own;
        }

        // Where all services may be called, the one that is asked for may not have been called yet.
        var services = directory.Seen.ToHashSet(StringComparer.Ordinal);
        if (symbol is not null)
        {
            services.Add(symbol);
            services.Add(symbol.LastIndexOf('.') is > 0 and var dot ? symbol[..dot] : symbol);
        }

        var indexes = await Task.WhenAll(services.Select(service => IndexAsync(service, cancellationToken))).ConfigureAwait(false);
        return indexes.Select(index => index is null ? null : find(index)).FirstOrDefault(static found => found is not null);
    }

    private async Task<FileIndex?> IndexAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            var description = await directory.DescribeAsync(service, cancellationToken).ConfigureAwait(false);
            return _indexes.GetValue(description, static description => new FileIndex(description));
        }
        catch (RpcException)
        {
            // Nothing is known of it now: others may define what is asked for.
            return null;
        }
    }

    private static void Answer(ServerReflectionResponse response, IReadOnlyList<ByteString>? files, string asked)
    {
        if (files is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, $"Nothing is known of '{asked}'.");
        }
        else
        {
            response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { files } };
        }
    }

    private static ErrorResponse Error(StatusCode status, string message) => new() { ErrorCode = (int)status, ErrorMessage = message };
}
