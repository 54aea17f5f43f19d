using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Diagnostics;

/// <summary>Every rule that a contract must keep. <c>docs/diagnostics.md</c> explains each with an example.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor OneRequest = Error(
        "MSG001", "An operation takes exactly one request",
        "'{0}' has {1} request parameters: give it exactly one, e.g. a record that holds all values (a CancellationToken may follow it)");

    public static readonly DiagnosticDescriptor NoReferences = Error(
        "MSG002", "Parameters of an operation can't be references",
        "Parameter '{1}' of '{0}' is {2}, which can't travel: pass a plain value, and return what the operation changes in its reply");

    public static readonly DiagnosticDescriptor NoGenericMethods = Error(
        "MSG003", "An operation can't be generic",
        "'{0}' is generic, but the wire needs one known type each way: declare one method per type, or use a generic type in its request, e.g. Page<Order>");

    public static readonly DiagnosticDescriptor NoOverloads = Error(
        "MSG004", "Operations can't be overloaded",
        "'{0}' and '{1}' have the same method name: rename one of them, since callers and workers know an operation by its name only");

    public static readonly DiagnosticDescriptor TaskReturn = Error(
        "MSG005", "An operation is asynchronous",
        "'{0}' returns '{1}': return Task<T> for a reply, Task for none, or IAsyncEnumerable<T> for a stream of replies");

    public static readonly DiagnosticDescriptor DuplicateName = Error(
        "MSG006", "Wire names are unique",
        "'{0}' and '{1}' both have the wire name '{2}': {3}");

    public static readonly DiagnosticDescriptor OnlyMethods = Error(
        "MSG007", "A contract has operations only",
        "'{0}' is {1}, which can't be called over the wire: make it a public instance method that returns Task<T>, or move it off the contract");

    public static readonly DiagnosticDescriptor FaultIsException = Error(
        "MSG008", "A fault is an exception",
        "'{0}' does not derive from System.Exception: declare an exception type in [Faults], and return plain data in the reply");

    public static readonly DiagnosticDescriptor FaultRebuildable = Error(
        "MSG009", "A fault can be built again from its properties",
        "'{0}' can't be rebuilt at the caller: {1}");

    public static readonly DiagnosticDescriptor GoodName = Error(
        "MSG010", "Wire names are plain",
        "'{0}' is no wire name for {1}: {2}");

    public static readonly DiagnosticDescriptor OneDelivery = Error(
        "MSG011", "Idempotent excludes AtMostOnce",
        "'{0}' is both Idempotent and AtMostOnce: keep Idempotent if it may run twice, or AtMostOnce if it must not");

    public static readonly DiagnosticDescriptor PlainCommand = Error(
        "MSG012", "A command has no reply and no call options",
        "'{0}' is a [Command] but {1}");

    public static readonly DiagnosticDescriptor PlainInterface = Error(
        "MSG013", "A contract is a plain interface that generated code can see",
        "'{0}' {1}");

    public static readonly DiagnosticDescriptor GoodTimeout = Error(
        "MSG014", "A timeout is between 0 and 24 days",
        "TimeoutMs of '{0}' is {1}: give the milliseconds that it may take, up to 2073600000 (24 days), or leave it out for the requester's default");

    public static readonly DiagnosticDescriptor TokenLast = Error(
        "MSG015", "The CancellationToken comes last, once",
        "'{0}' takes a CancellationToken before its last parameter: let the request come first and one CancellationToken last");

    public static readonly DiagnosticDescriptor FaultNames = Error(
        "MSG016", "Names of an operation's faults are unique",
        "'{0}' declares the faults '{1}' and '{2}', which have the same name on the wire: rename one of the exception types");

    public static readonly DiagnosticDescriptor GoodRetries = Error(
        "MSG017", "Retries of a command are within bounds",
        "{1} of '{0}' is {2}: {3}, or leave it out for the worker's own");

    public static readonly DiagnosticDescriptor GoodPriority = Error(
        "MSG018", "A priority is one of CommandPriority's",
        "Priority of '{0}' is {1}: give it CommandPriority.Normal or CommandPriority.High");

    public static readonly DiagnosticDescriptor GoodOrder = Error(
        "MSG019", "An order's key is a member with a stable text",
        "'{0}' is ordered by '{1}', {2}");

    public static readonly DiagnosticDescriptor OrderOrPriority = Error(
        "MSG020", "An ordered command has no priority",
        "'{0}' has both OrderedBy and Priority: a command that overtakes others is in no order, so keep one of them");

    public static readonly DiagnosticDescriptor GoodPartitions = Error(
        "MSG021", "There are 1 to 64 partitions",
        "CommandPartitions of '{0}' is {1}: give a number from 1 to 64, or leave it out for 8");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Messaging", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
