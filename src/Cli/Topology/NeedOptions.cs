using System.CommandLine;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Transport;

namespace Messaging.Cli.Topology;

/// <summary>The options that say what services need, by name or from an assembly with their contracts.</summary>
internal sealed class NeedOptions
{
    private readonly Option<string[]> _services = new("--service") { Description = "A service. May be repeated." };
    private readonly Option<FileInfo?> _assembly = new("--assembly") { Description = "An assembly with contracts; none of its code is run." };
    private readonly Option<CallQueueType> _callQueue = new("--call-queue") { Description = "The workers' CallQueue.", DefaultValueFactory = static _ => CallQueueType.Classic };
    private readonly Option<TimeSpan?> _expiry = GlobalOptions.Duration("--expiry", "The workers' CallQueueExpiry. Default: 1m.");
    private readonly Option<int> _deliveryLimit = new("--delivery-limit") { Description = "The workers' CommandDeliveryLimit.", DefaultValueFactory = static _ => 5 };
    private readonly Option<bool> _commands = new("--commands") { Description = "The services have commands." };
    private readonly Option<bool> _urgent = new("--urgent") { Description = "The services have urgent commands. Includes --commands." };
    private readonly Option<int> _partitions = new("--partitions") { Description = "The partitions of the services' ordered commands. Includes --commands." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_services, _assembly, _callQueue, _expiry, _deliveryLimit, _commands, _urgent, _partitions])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="CliException">Nothing says which services, or the assembly has none.</exception>
    public IReadOnlyList<WorkerSubscription> Read(ParseResult parsed)
    {
        var named = parsed.GetValue(_services) ?? [];
        var partitions = parsed.GetValue(_partitions);
        var limit = parsed.GetValue(_deliveryLimit);
        if (partitions is < 0 or > Wire.CommandPartition.Max || limit < 1)
        {
            throw CliException.Usage($"--partitions is {partitions} and --delivery-limit {limit}: give 0 to {Wire.CommandPartition.Max}, and 1 or more.");
        }

        var contracts = named.Select(name => new ContractNeed(
            Target.CheckService(name), parsed.GetValue(_commands) || parsed.GetValue(_urgent) || partitions > 0, parsed.GetValue(_urgent), partitions)).ToList();
        if (parsed.GetValue(_assembly) is { } assembly)
        {
            contracts.AddRange(ContractReader.Read(assembly.FullName));
        }

        return contracts.Count == 0
            ? throw CliException.Usage("Say what is needed: --service NAME with the options of its workers, or --assembly FILE.")
            : [.. contracts.Select(contract => new WorkerSubscription
            {
                Service = contract.Service,
                Commands = contract.Commands,
                HighCommands = contract.Urgent,
                CommandPartitions = contract.Partitions,
                CallPrefetch = 1,
                CommandPrefetch = 1,
                CallQueue = parsed.GetValue(_callQueue),
                CallQueueExpiry = parsed.GetValue(_expiry) ?? TimeSpan.FromMinutes(1),
                CommandDeliveryLimit = limit,
            })];
    }
}
