using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Descriptions;
using Messaging.Serialization;

namespace Messaging.Cli.Calling;

/// <summary>An operation as its workers describe it, ready to be called with bytes.</summary>
internal sealed record FoundOperation(OperationDescription Description, Operation<RawPayload, RawPayload> Operation)
{
    public bool IsJson => OperationFinder.IsJson(Operation.ContentType);
}

/// <summary>Asks a service's workers what an operation is like.</summary>
internal static class OperationFinder
{
    public static bool IsJson(string? contentType) => contentType is null || contentType.Contains("json", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="RpcException">Nobody serves the service, or it does not answer.</exception>
    /// <exception cref="CliException">It has no such method, or does not take the content type.</exception>
    public static async Task<FoundOperation> FindAsync(CommandSession session, Target target, string? contentType, CancellationToken cancellationToken)
    {
        var service = await session.Descriptions.AskAsync(target.Service, cancellationToken).ConfigureAwait(false);
        var known = Find(service, target.Method);
        return new FoundOperation(known, new Operation<RawPayload, RawPayload>(target.Service, known.Name, known.Kind)
        {
            ContentType = Choose(known, contentType, target),
            Timeout = known.TimeoutMs is > 0 and var timeout && timeout <= CallOptions.MaxTimeout.TotalMilliseconds ? TimeSpan.FromMilliseconds(timeout) : null,
            Idempotent = known.Idempotent && known.Kind == OperationKind.Call,
        });
    }

    /// <exception cref="CliException">There is no such method.</exception>
    public static OperationDescription Find(ServiceDescription service, string method) =>
        service.Operations.FirstOrDefault(one => string.Equals(one.Name, method, StringComparison.Ordinal))
        ?? throw CliException.Usage($"The service '{service.Name}' has no method '{method}'. It has: {string.Join(", ", service.Operations.Select(static one => one.Name))}.");

    private static string Choose(OperationDescription known, string? wanted, Target target)
    {
        if (wanted is null)
        {
            return known.ContentTypes.FirstOrDefault(IsJson) ?? known.ContentTypes.FirstOrDefault(JsonPayloadSerializer.Json);
        }

        return known.ContentTypes.FirstOrDefault(one => string.Equals(one, wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw CliException.Usage($"{target} does not take '{wanted}'. It takes: {string.Join(", ", known.ContentTypes)}.");
    }
}
