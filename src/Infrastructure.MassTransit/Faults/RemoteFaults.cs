using System.Globalization;
using System.Text;
using System.Text.Json;
using MassTransit;
using Messaging.Serialization;
using Messaging.Wire;

namespace Messaging.MassTransit.Faults;

/// <summary>Says what a fault of MassTransit's means to the caller of an operation.</summary>
internal static class RemoteFaults
{
    /// <summary>Entry of a declared fault's <see cref="Exception.Data"/>: the message of the remote exception.</summary>
    public const string RemoteMessage = "MassTransit.Message";

    /// <summary>Translates a fault: a declared one to its own exception, any other to <see cref="RpcException"/>.</summary>
    /// <param name="fault">The fault; null where MassTransit gives none.</param>
    /// <param name="thrown">What the request client threw.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="requestId">The request's id.</param>
    public static Exception Translate(Fault? fault, Exception thrown, OperationDescriptor operation, string requestId)
    {
        var remote = fault?.Exceptions is { Length: > 0 } exceptions ? exceptions[0] : null;
        return remote is null
            ? Failed(operation, requestId, StatusCode.Unknown, thrown.Message, thrown, remote)
            : ReadDeclared(remote, operation) ?? ReadOther(remote, operation, requestId, thrown);
    }

    private static Exception? ReadDeclared(ExceptionInfo remote, OperationDescriptor operation)
    {
        var name = TextOf(remote, FaultData.Fault) ?? ShortName(remote.ExceptionType);
        foreach (var declared in operation.Faults)
        {
            if (string.Equals(declared.Name, name, StringComparison.Ordinal))
            {
                try
                {
                    var exception = FaultBody.Read(declared, Encoding.UTF8.GetBytes(TextOf(remote, FaultData.Fields) ?? FieldsOf(remote)));
                    exception.Data[RemoteMessage] = remote.Message;
                    return exception;
                }
                catch (Exception)
                {
                    // The fields are a stranger's and the constructor is the user's: what can't be built arrives as any other failure.
                    return null;
                }
            }
        }

        return null;
    }

    private static RpcException ReadOther(ExceptionInfo remote, OperationDescriptor operation, string requestId, Exception thrown)
    {
        if (int.TryParse(TextOf(remote, FaultData.Status), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number != (int)StatusCode.OK && Enum.IsDefined((StatusCode)number))
        {
            return Failed(operation, requestId, (StatusCode)number, TextOf(remote, FaultData.Detail) ?? remote.Message, thrown, remote);
        }

        return Failed(operation, requestId, StatusCode.Unknown, $"{remote.ExceptionType}: {remote.Message}", thrown, remote);
    }

    private static RpcException Failed(
        OperationDescriptor operation, string requestId, StatusCode status, string detail, Exception thrown, ExceptionInfo? remote) =>
        new(status, detail, thrown)
        {
            Operation = operation.FullName,
            CorrelationId = requestId,
            MayHaveRun = true,
            RemoteStackTrace = remote?.StackTrace,
            FaultName = remote is null ? null : TextOf(remote, FaultData.Fault),
        };

    /// <summary>The data that a consumer of MassTransit's own gave its exception, under the names that the contract's faults have.</summary>
    private static string FieldsOf(ExceptionInfo remote)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal) { ["message"] = remote.Message };
        foreach (var (name, value) in remote.Data ?? new Dictionary<string, object>(StringComparer.Ordinal))
        {
            if (name.Length > 0)
            {
                fields[JsonNamingPolicy.CamelCase.ConvertName(name)] = value;
            }
        }

        return JsonSerializer.Serialize(fields);
    }

    /// <summary>Reads the handler's headers and trailers.</summary>
    public static void ReadMetadata(Fault fault, ResponseMetadata response)
    {
        if (fault.Exceptions is not { Length: > 0 } exceptions || TextOf(exceptions[0], FaultData.Metadata) is not { } text)
        {
            return;
        }

        try
        {
            var all = JsonSerializer.Deserialize<Dictionary<string, string>>(text);
            ReplyMetadata.Read(all?.ToDictionary(static entry => entry.Key, static entry => (object?)entry.Value, StringComparer.Ordinal), response);
        }
        catch (JsonException)
        {
            // A stranger wrote it: the fault counts, its headers don't.
        }
    }

    private static string? TextOf(ExceptionInfo remote, string name) =>
        remote.Data is { } data && data.TryGetValue(name, out var value) ? value as string : null;

    private static string ShortName(string? type) =>
        type is null ? string.Empty : type[(type.LastIndexOfAny(['.', '+']) + 1)..];
}
