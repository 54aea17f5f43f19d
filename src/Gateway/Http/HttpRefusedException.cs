namespace Messaging.Http;

/// <summary>A request that HTTP has a status of its own for, and that was not forwarded.</summary>
/// <param name="httpStatus">HTTP's status.</param>
/// <param name="status">gRPC's, for the same.</param>
/// <param name="detail">What is wrong with the request.</param>
internal sealed class HttpRefusedException(int httpStatus, StatusCode status, string detail) : RpcException(status, detail)
{
    public int HttpStatus => httpStatus;

    /// <summary>A response header that says what would be taken; null for none.</summary>
    public KeyValuePair<string, string>? Header { get; init; }
}
