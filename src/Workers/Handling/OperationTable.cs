using System.Collections.Frozen;
using Messaging.Descriptions;
using Messaging.Wire;

namespace Messaging.Handling;

/// <summary>The operations of a service by their wire names.</summary>
internal sealed class OperationTable
{
    private readonly FrozenDictionary<string, OperationHandler> _handlers;

    private OperationTable(string service, Dictionary<string, OperationHandler> handlers)
    {
        Service = service;
        Declared = [.. handlers.Values.Where(static handler => !string.Equals(handler.Operation.Name, WireNames.DescribeMethod, StringComparison.Ordinal))];
        _handlers = handlers.ToFrozenDictionary(StringComparer.Ordinal);
        Names = string.Join(", ", Declared.Select(static handler => handler.Operation.Name));
    }

    public string Service { get; }

    /// <summary>Those of the contract, in its order.</summary>
    public IReadOnlyList<OperationHandler> Declared { get; }

    /// <summary>For error messages.</summary>
    public string Names { get; }

    public bool HasCommands { get; private init; }

    /// <summary>Whether any command may be urgent.</summary>
    public bool HasHighCommands { get; private init; }

    /// <summary>Into how many partitions ordered commands go; 0 where there are none.</summary>
    public int Partitions { get; private init; }

    public static OperationTable Build<TService>(ServiceContract<TService> contract, HandlerSetup<TService> setup)
        where TService : class
    {
        var binder = new HandlerBinder<TService>(setup);
        contract.Bind(binder);
        binder.Handlers.Add(
            WireNames.DescribeMethod,
            new DescribeHandler(contract.Name, setup.Describe, setup.MaxMessageBytes));
        return new OperationTable(contract.Name, binder.Handlers)
        {
            HasCommands = contract.Operations.Any(static operation => operation.Kind == OperationKind.Command),
            Partitions = contract.Operations.Max(static operation => (int?)operation.Partitions) ?? 0,
            HasHighCommands = contract.Operations.Any(static operation => operation.Priority is not null),
        };
    }

    public OperationHandler? Find(string method) => _handlers.GetValueOrDefault(method);
}
