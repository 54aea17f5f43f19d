using ServingStatus = Messaging.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace Messaging.Grpc.Health;

/// <summary>The standard health service: https://github.com/grpc/grpc/blob/master/doc/health-checking.md</summary>
internal sealed class HealthService(ServiceHealth health, TimeProvider time) : IGrpcBuiltIn
{
    public const string Name = "grpc.health.v1.Health";

    private static readonly TimeSpan _watchInterval = TimeSpan.FromSeconds(5);

    public IEnumerable<string> Names => [Name];

    public async Task InvokeAsync(GrpcCall call)
    {
        GrpcBuiltInMessages.RequireProtobuf(call);
        if (call.Method is not ("Check" or "Watch"))
        {
            throw GrpcBuiltInMessages.Unimplemented(call);
        }

        var service = GrpcBuiltInMessages.Read(HealthCheckRequest.Parser, await call.ReadSingleAsync().ConfigureAwait(false)).Service;
        if (string.Equals(call.Method, "Watch", StringComparison.Ordinal))
        {
            await WatchAsync(call, service).ConfigureAwait(false);
            return;
        }

        var status = await health.GetAsync(service, call.Ends).ConfigureAwait(false);
        if (status == ServingStatus.ServiceUnknown)
        {
            throw new RpcException(StatusCode.NotFound, $"Nothing is known of a service '{service}'.");
        }

        GrpcBuiltInMessages.Write(call, new HealthCheckResponse { Status = status });
    }

    // The service is asked, and says nothing by itself.
    private async Task WatchAsync(GrpcCall call, string service)
    {
        var last = ServingStatus.Unknown;
        while (true)
        {
            var status = await health.GetAsync(service, call.Ends).ConfigureAwait(false);
            if (status != last)
            {
                last = status;
                GrpcBuiltInMessages.Write(call, new HealthCheckResponse { Status = status });
                await call.FlushAsync().ConfigureAwait(false);
            }

            await Task.Delay(_watchInterval, time, call.Ends).ConfigureAwait(false);
        }
    }
}
