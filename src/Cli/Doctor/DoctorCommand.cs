using System.CommandLine;
using System.Text.Json.Nodes;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;

namespace Messaging.Cli.Doctor;

/// <summary><c>messaging doctor</c>: says what is wrong with the broker, or the way to it, and what mends it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var services = new Option<string[]>("--service") { Description = "Check this service's queues too, with the options of 'topology'. May be repeated." };
        var command = new Command("doctor", "Connects, checks the broker and the rights there, and names each fault and its remedy.") { services };
        command.Runs(async (session, cancellationToken) =>
        {
            var findings = new List<Finding>();
            await foreach (var finding in Examination.RunAsync(session, session.Parsed.GetValue(services) ?? [], TimeProvider.System, cancellationToken).ConfigureAwait(false))
            {
                findings.Add(finding);
                if (!session.Output.Json)
                {
                    session.Output.Line(finding.Remedy is null
                        ? $"{Word(finding.State),-8}{finding.Check}: {finding.Message}"
                        : $"{Word(finding.State),-8}{finding.Check}: {finding.Message}{Environment.NewLine}        -> {finding.Remedy}");
                }
            }

            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["checks"] = new JsonArray([.. findings.Select(ToJson)]) });
            }

            return findings.Any(static one => one is { State: FindingState.Fault, IsAboutConnecting: true }) ? ExitCode.NoBroker
                : findings.Any(static one => one.State == FindingState.Fault) ? ExitCode.Unwell
                : ExitCode.Ok;
        });
        return command;
    }

    private static JsonObject ToJson(Finding finding) => new()
    {
        ["check"] = finding.Check,
        ["state"] = Word(finding.State),
        ["message"] = TerminalText.Redact(finding.Message),
        ["remedy"] = finding.Remedy,
    };

    private static string Word(FindingState state) => state switch
    {
        FindingState.Good => "ok",
        FindingState.Skipped => "skipped",
        FindingState.Warning => "warning",
        _ => "fault",
    };
}
