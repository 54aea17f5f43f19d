using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Messaging.Serialization;
using Messaging.Wire;

namespace Messaging.MassTransit.Faults;

/// <summary>
/// What a Messaging worker says of a failure beside what MassTransit's fault has: entries of the exception's
/// <see cref="Exception.Data"/>, which MassTransit carries in the fault's <c>data</c> and which its own clients don't look at.
/// </summary>
internal static class FaultData
{
    /// <summary>The wire name of a declared fault.</summary>
    public const string Fault = "Messaging-Fault";

    /// <summary>The fields of a declared fault, as JSON.</summary>
    public const string Fields = "Messaging-Fields";

    /// <summary>The number of the status.</summary>
    public const string Status = "Messaging-Status";

    /// <summary>The detail of the status.</summary>
    public const string Detail = "Messaging-Detail";

    /// <summary>The handler's headers and trailers, as JSON.</summary>
    public const string Metadata = "Messaging-Headers";

    /// <summary>Adds what the contract says of a handler's exception, and the handler's headers and trailers.</summary>
    public static void Write(Exception exception, OperationDescriptor operation, CallContext call)
    {
        var fault = Find(exception, operation);
        var fields = fault is null ? null : WriteFields(fault, exception);
        var metadata = ReplyMetadata.Add(null, call.SetResponseHeaders, call.SetResponseTrailers);

        // One exception object may be thrown by many calls at a time, and its data is no table for many threads.
        lock (exception)
        {
            Set(exception, Fault, fault?.Name);
            Set(exception, Fields, fields);
            Set(exception, Metadata, metadata is null ? null : JsonSerializer.Serialize(metadata));
            if (fault is null && exception is RpcException failure)
            {
                Set(exception, Status, ((int)failure.Status).ToString(CultureInfo.InvariantCulture));
                Set(exception, Detail, failure.Operation is null ? failure.Detail : $"A nested call failed: {failure.Operation}: {failure.Detail}");
            }
        }
    }

    /// <summary>The declaration of an exception in the contract; null where there is none.</summary>
    public static FaultDescriptor? Find(Exception exception, OperationDescriptor operation)
    {
        foreach (var fault in operation.Faults)
        {
            if (fault.ExceptionType.IsInstanceOfType(exception))
            {
                return fault;
            }
        }

        return null;
    }

    private static string WriteFields(FaultDescriptor fault, Exception exception)
    {
        var body = new ArrayBufferWriter<byte>();
        FaultBody.Write(fault, exception, body);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static void Set(Exception exception, string name, string? value)
    {
        if (value is not null)
        {
            exception.Data[name] = value;
        }
    }
}
