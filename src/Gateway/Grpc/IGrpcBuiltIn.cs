namespace Messaging.Grpc;

/// <summary>A standard service that the gateway itself serves.</summary>
internal interface IGrpcBuiltIn
{
    /// <summary>The wire names of the service, one for each version of it.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Serves a call of it.</summary>
    /// <exception cref="RpcException">The call failed, or there is no such method.</exception>
    Task InvokeAsync(GrpcCall call);
}
