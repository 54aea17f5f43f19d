namespace Messaging;

/// <summary>
/// The outcome of a call. Names and numbers are gRPC's, so that gateways map one to one:
/// https://grpc.io/docs/guides/status-codes/
/// </summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The operation was cancelled, typically by the caller.</summary>
    Cancelled = 1,

    /// <summary>The handler failed with an exception that its contract does not declare.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system, e.g. it can't be decoded.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>Something asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>Something to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit is reached: a full queue, a message that is too large, a window that is full.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the operation needs. Declared faults travel with this status.</summary>
    FailedPrecondition = 9,

    /// <summary>The operation was aborted, e.g. a redelivered call of an at-most-once operation.</summary>
    Aborted = 10,

    /// <summary>Past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The worker does not know the operation.</summary>
    Unimplemented = 12,

    /// <summary>Something is broken, e.g. a reply that can't be decoded.</summary>
    Internal = 13,

    /// <summary>Nobody serves, or the connection is lost. Often worth a retry.</summary>
    Unavailable = 14,

    /// <summary>Data was lost, e.g. a gap in a stream.</summary>
    DataLoss = 15,

    /// <summary>The caller has not said who it is.</summary>
    Unauthenticated = 16,
}
