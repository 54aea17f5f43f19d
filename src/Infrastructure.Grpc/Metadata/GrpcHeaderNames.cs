namespace Messaging.Grpc;

/// <summary>The header names of the protocol.</summary>
internal static class GrpcHeaderNames
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>Ours: the wire name of a declared fault.</summary>
    public const string Fault = "messaging-fault";

    /// <summary>Ours: that fault's fields, a JSON object.</summary>
    public const string FaultFields = "messaging-fault-bin";

    /// <summary>Names that begin with it are the protocol's.</summary>
    public const string ReservedPrefix = "grpc-";

    /// <summary>Values of names that end with it are base64.</summary>
    public const string BinarySuffix = "-bin";
}
