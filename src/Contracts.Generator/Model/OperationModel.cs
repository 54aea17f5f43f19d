namespace Messaging.Generator.Model;

/// <summary>How an operation exchanges messages; the names are those of <c>Messaging.OperationKind</c>.</summary>
internal enum OperationKind
{
    Call,
    Command,
    ReplyStream,
    RequestStream,
    DuplexStream,
}

/// <summary>One method of a contract.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="DeclaredIn">The interface that declares it, fully qualified.</param>
/// <param name="WireName">Its name on the wire.</param>
/// <param name="Kind">How it exchanges messages.</param>
/// <param name="Request">The request's type, fully qualified.</param>
/// <param name="Reply">The reply's or item's type, fully qualified; null where there is none.</param>
/// <param name="TakesToken">Whether a CancellationToken follows the request.</param>
/// <param name="TimeoutMs">The timeout that the contract asks for; 0 for none.</param>
/// <param name="Idempotent">Whether running it twice is as good as once.</param>
/// <param name="AtMostOnce">Whether a redelivery is answered instead of run.</param>
/// <param name="ReplayReplies">Whether an inbox keeps the reply.</param>
/// <param name="RequestMayBeNull">Whether the contract takes a null.</param>
/// <param name="ReplyMayBeNull">Whether the contract lets a reply or item be null.</param>
/// <param name="Priority">The priority that a command names, a name of <c>Messaging.CommandPriority</c>; null for none.</param>
/// <param name="OrderKey">What a command is ordered by; null for nothing.</param>
/// <param name="Retry">What the contract says of a command's retries; null for nothing.</param>
/// <param name="Faults">Positions in <see cref="ContractModel.Faults"/>, most derived types first.</param>
internal sealed record OperationModel(
    string Method,
    string DeclaredIn,
    string WireName,
    OperationKind Kind,
    string Request,
    string? Reply,
    bool TakesToken,
    int TimeoutMs,
    bool Idempotent,
    bool AtMostOnce,
    bool ReplayReplies,
    bool RequestMayBeNull,
    bool ReplyMayBeNull,
    string? Priority,
    OrderKeyModel? OrderKey,
    CommandRetryModel? Retry,
    EquatableArray<int> Faults);
