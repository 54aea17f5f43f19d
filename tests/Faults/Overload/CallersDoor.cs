namespace Messaging.Faults.Overload;

/// <summary>By which door the calls of a run come in.</summary>
public enum CallersDoor
{
    /// <summary>By requesters of the library.</summary>
    Requester = 0,

    /// <summary>By the gateway's HTTP/1.1.</summary>
    Http,

    /// <summary>By the gateway's gRPC.</summary>
    Grpc,
}
