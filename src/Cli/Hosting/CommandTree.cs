using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Json.Nodes;
using Messaging.Cli.Bench;
using Messaging.Cli.Calling;
using Messaging.Cli.Completion;
using Messaging.Cli.DeadLetters;
using Messaging.Cli.Doctor;
using Messaging.Cli.Output;
using Messaging.Cli.Queues;
using Messaging.Cli.Services;
using Messaging.Cli.Topology;
using Messaging.Transport;

namespace Messaging.Cli.Hosting;

/// <summary>All commands, and what is common to running one.</summary>
internal static class CommandTree
{
    // Time for the remote handler to be told, and the connections to be closed.
    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(5);

    public static RootCommand Create()
    {
        var root = new RootCommand("messaging: calls services over RabbitMQ, looks at queues and dead letters, plans topology, measures and diagnoses.")
        {
            CallCommand.Create(),
            SendCommand.Create(),
            DescribeCommand.Create(),
            ServicesCommand.Create(),
            WatchCommand.Create(),
            QueuesCommand.Create(),
            DeadCommand.Create(),
            TopologyCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
        GlobalOptions.AddTo(root);
        return root;
    }

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            var problems = string.Join(" ", parsed.Errors.Select(static problem => problem.Message));
            OutputFor(parsed, output, error, Array.IndexOf(args, "--json") >= 0)
                .Error(ExitCode.Usage, "usage", $"{problems} See '{Path(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = _goodbye,
        }).ConfigureAwait(false);
    }

    /// <summary>Has a command run, and its failures told.</summary>
    public static void Runs(this Command command, Func<CommandSession, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var configuration = parsed.InvocationConfiguration;
            var output = OutputFor(parsed, configuration.Output, configuration.Error, parsed.GetValue(GlobalOptions.Json));
            var session = new CommandSession(parsed, output);
            await using (session.ConfigureAwait(false))
            {
                try
                {
                    return await run(session, cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    return ExitCode.Interrupted;
                }
                catch (CliException exception)
                {
                    output.Error(exception.Code, KindOf(exception.Code), exception.Message);
                    return exception.Code;
                }
                catch (TransportException exception)
                {
                    output.Error(ExitCode.Failed, "failed", exception.Message);
                    return ExitCode.Failed;
                }
                catch (RpcException exception)
                {
                    output.Error(ExitCode.Failed, "failed", exception.Message, Describe(exception));
                    return ExitCode.Failed;
                }
            }
        });

    private static JsonObject Describe(RpcException exception) => new()
    {
        ["status"] = exception.Status.ToString(),
        ["statusCode"] = (int)exception.Status,
        ["detail"] = exception.Detail,
        ["reason"] = exception.Reason == FailureReason.None ? null : exception.Reason.ToString(),
        ["operation"] = exception.Operation,
        ["correlationId"] = exception.CorrelationId,
        ["mayHaveRun"] = exception.MayHaveRun,
        ["fault"] = exception.FaultName,
    };

    private static string KindOf(int code) => code switch
    {
        ExitCode.Usage => "usage",
        ExitCode.NoBroker => "no-broker",
        ExitCode.Clash => "clash",
        ExitCode.NotConfirmed => "not-confirmed",
        _ => "failed",
    };

    private static CommandOutput OutputFor(ParseResult parsed, TextWriter output, TextWriter error, bool json) =>
        new(output, error, json, color: !parsed.GetValue(GlobalOptions.NoColor) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "messaging";
}
