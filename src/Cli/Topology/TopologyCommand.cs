using System.CommandLine;

namespace Messaging.Cli.Topology;

internal static class TopologyCommand
{
    public static Command Create() => new("topology", "x");
}
