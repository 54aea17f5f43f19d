using System.CommandLine;

namespace Orders.Hosting;

/// <summary>The options of the command line.</summary>
internal static class CommandLine
{
    /// <summary>Reads the options, runs what they ask for, and says plainly what was wrong with them.</summary>
    /// <returns>The process's exit code.</returns>
    public static Task<int> RunAsync(string[] args, IConfiguration configuration, Func<OrdersSettings, Task<int>> run)
    {
        var once = new Option<bool>("--once") { Description = "Take the scripted tour and end; exit code 0 only if every step behaved." };
        var broker = new Option<string?>("--broker") { Description = "RabbitMQ's address, e.g. amqp://localhost:5672. Without it: the broker embedded in the process." };
        var role = new Option<string?>("--role") { Description = "all (the default), web or worker." };
        var name = new Option<string?>("--name") { Description = "The worker's name. Default: the machine's and the process's." };
        var urls = new Option<string?>("--urls") { Description = "Where the web app listens. Default: http://localhost:5000." };
        var root = new RootCommand("Orders: typed calls over a queue, three ways.") { once, broker, role, name, urls };

        root.SetAction(async (parsed, _) =>
        {
            try
            {
                return await run(OrdersSettings.From(
                    configuration, parsed.GetValue(role), parsed.GetValue(broker), parsed.GetValue(name),
                    parsed.GetValue(urls), parsed.GetValue(once)));
            }
            catch (Exception problem) when (problem is SettingsException or IOException)
            {
                await Console.Error.WriteLineAsync(problem.Message);
                return 1;
            }
        });

        // Ctrl+C belongs to the hosts, which drain before they go.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
