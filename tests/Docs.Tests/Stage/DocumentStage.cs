using System.Diagnostics;
using System.Text.Json.Nodes;
using Messaging.Docs.Tests.Reading;
using Messaging.Testing;
using Messaging.Testing.Processes;

namespace Messaging.Docs.Tests.Stage;

/// <summary>
/// Where one document's commands are run in their order: a RabbitMQ in the place of the one at localhost, free ports in
/// the place of fixed ones. What a document has running when it tells of a page or a port is running here too.
/// </summary>
internal sealed class DocumentStage : IAsyncDisposable
{
    private const string Localhost = "amqp://localhost";

    private readonly List<DotnetProcess> _running = [];
    private PrivateBroker? _broker;
    private Uri? _web;
    private string? _folder;
    private string? _tool;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Broker => _broker!.Uri.OriginalString;

    /// <summary>Runs a command, and fails where it does not do what the document says.</summary>
    public async Task RunAsync(ShellCommand command)
    {
        switch (command)
        {
            case { Program: "dotnet", Arguments: ["run", ..] }:
                await StartBrokerAsync();
                await RunProjectAsync(command);
                break;
            case { Program: "dotnet", Arguments: ["pack", ..] }:
                await PackAsync(command);
                break;
            case { Program: "dotnet", Arguments: ["tool", "install", "--global", ..] }:
                await InstallAsync(command);
                break;
            case { Program: "curl" }:
                await RunCurlAsync(command);
                break;
            case { Program: "messaging" }:
                await RunToolAsync(command);
                break;
            case { Program: "" }:
                await TrySettingsAsync(command);
                break;
            default:
                CheckFiles(command);
                break;
        }
    }

    /// <summary>Starts workers of the orders service, and the gateway in front of it.</summary>
    public async Task StartGatewayAsync()
    {
        await StartBrokerAsync();
        await StartAsync("samples/Orders", "joined", ["--role", "worker", "--broker", Broker]);
        await StartGatewayHostAsync(["--Messaging:Gateway:Services:0", "orders"]);
    }

    /// <summary>Starts a worker of the orders service, and its web app.</summary>
    public async Task StartOrdersAsync()
    {
        await StartBrokerAsync();
        await StartAsync("samples/Orders", "joined", ["--role", "worker", "--broker", Broker]);
        await StartWebAsync(["--role", "web", "--broker", Broker]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            await process.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task StartBrokerAsync() => _broker ??= await PrivateBroker.StartNewAsync(Ct);

    private Task RunProjectAsync(ShellCommand command)
    {
        var words = command.Arguments;
        var project = words[words.ToList().IndexOf("--project") + 1];
        string[] arguments = [.. words.SkipWhile(static word => word is not "--").Skip(1).Select(Here)];
        return project switch
        {
            "samples/Orders" when arguments.Contains("--once") => RunToEndAsync(project, command, arguments),
            "samples/Orders" when arguments.Contains("worker") => StartAsync(project, "joined", arguments),
            "samples/Orders" => StartWebAsync(arguments),
            "samples/Greeter" => StartAsync(project, "Ctrl+C ends it", [.. arguments, "--grpc-port", "0", "--web-port", "0"]),
            "src/Gateway.Host" => StartGatewayHostAsync(arguments),
            "tests/Interop" => StartAsync(project, "is served on", [.. arguments.Select(static word => word is "10000" ? "0" : word)]),
            "src/Sidecar" => StartAsync(project, "Application started", arguments, Settings(command)),

            // As they are told they take minutes; a short one shows that the words are right.
            "tests/Faults.Run" when arguments.Contains("overload") => RunToEndAsync(project, command, [.. arguments, "--measure", "--phase", "1s", "--duration", "1s"]),
            "tests/Faults.Run" => RunToEndAsync(project, command, [.. arguments.Select(static word => word is "10m" ? "3s" : word)]),
            "benchmarks/RoundTrip" => RunToEndAsync(
                project, command, [.. arguments, "--systems", "rabbitmq-client,messaging", "--callers", "1", "--warmup", "0.5", "--seconds", "0.5", "--rounds", "1"]),
            "benchmarks/CatalogueLoad" => RunToEndAsync(project, command, ["20", "1"]),
            "benchmarks/Micro" => RunToEndAsync(project, command, ["--list", "flat"]),
            _ => RunToEndAsync(project, command, arguments),
        };
    }

    private async Task RunToEndAsync(string project, ShellCommand command, IReadOnlyList<string> arguments)
    {
        var settings = Settings(command);
        await using var process = DotnetProcess.Start(Repository.Program(project), settings, arguments);
        var (code, output) = await process.EndAsync(Ct);
        Assert.True(code == 0, $"{command} ended with {code}:\n{output}");
    }

    private async Task<string> StartAsync(string project, string ready, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? settings = null)
    {
        var process = DotnetProcess.Start(Repository.Program(project), settings ?? new Dictionary<string, string>(StringComparer.Ordinal), arguments);
        _running.Add(process);
        return await process.LineWithAsync(ready, Ct);
    }

    private async Task StartWebAsync(IReadOnlyList<string> arguments) =>
        _web = AddressIn(await StartAsync("samples/Orders", "listening", [.. arguments, "--urls", "http://127.0.0.1:0"]));

    private async Task StartGatewayHostAsync(IReadOnlyList<string> arguments)
    {
        var process = DotnetProcess.Start(
            Repository.Program("src/Gateway.Host"),
            [
                .. arguments, "--Messaging:RabbitMq:Uri", Broker,
                "--Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0",
            ]);
        _running.Add(process);

        // The endpoints come in the order of their names: Grpc, Http.
        await process.LineWithAsync("Now listening on", Ct);
        _web = AddressIn(await process.LineWithAsync("Now listening on", Ct));
    }

    private async Task RunCurlAsync(ShellCommand command)
    {
        Assert.True(_web is not null, $"{command}: nothing serves it here.");
        var start = new ProcessStartInfo(
            "curl",
            [
                "--fail-with-body", "--silent", "--show-error", "--max-time", "30",
                .. command.Arguments.Select(word => word.Replace("http://localhost:8080", _web.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)),
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var curl = Process.Start(start)!;
        var said = await curl.StandardOutput.ReadToEndAsync(Ct);
        var complaint = await curl.StandardError.ReadToEndAsync(Ct);
        await curl.WaitForExitAsync(Ct);
        Assert.True(curl.ExitCode == 0, $"{command} ended with {curl.ExitCode}:\n{said}{complaint}");
        foreach (var (shown, real) in command.Printed.Zip(said.Split('\n')))
        {
            // Prices and names of workers may be others, not what there is.
            Assert.Equal(PropertiesOf(shown), PropertiesOf(real));
        }
    }

    // What has been built is packed: a build of its own would take a minute and show no more.
    private async Task PackAsync(ShellCommand command)
    {
        var project = Path.Combine(Repository.Root, command.Arguments[1]);
        await using var pack = DotnetProcess.Start(
            "pack", project, "--output", Folder("packages"), "--no-build", "--configuration", Repository.Configuration);
        var (code, output) = await pack.EndAsync(Ct);
        Assert.True(code == 0, $"{command} ended with {code}:\n{output}");
    }

    // Into a folder of its own instead of the user's home.
    private async Task InstallAsync(ShellCommand command)
    {
        await using var install = DotnetProcess.Start(
            "tool", ["install", "--tool-path", Folder("tools"), .. command.Arguments.Skip(3).Select(word => word is "packages" ? Folder("packages") : word)]);
        var (code, output) = await install.EndAsync(Ct);
        Assert.True(code == 0, $"{command} ended with {code}:\n{output}");
        _tool = Directory.EnumerateFiles(Folder("tools"), "messaging.dll", SearchOption.AllDirectories).Single();
    }

    private string Folder(string name)
    {
        _folder ??= Directory.CreateTempSubdirectory("messaging-docs-").FullName;
        return Path.Combine(_folder, name);
    }

    private async Task RunToolAsync(ShellCommand command)
    {
        await StartBrokerAsync();
        if (command.Arguments is ["dead", "show" or "edit", ..])
        {
            await UntilDeadLetteredAsync(command);
        }

        // Ten seconds of load are for people; a short one shows that the words are right.
        var said = await RunToolAsync(command.ToString(), [.. command.Arguments.Select(static word => word switch
        {
            "10s" or "2s" => "200ms",
            _ when word.StartsWith("samples/", StringComparison.Ordinal) => Repository.Program("samples/Orders"),
            _ => word,
        })]);
        foreach (var (shown, real) in command.Printed.TakeWhile(static line => line.Length > 0).Zip(said.Split('\n')))
        {
            if (shown.StartsWith('{'))
            {
                Assert.Equal(PropertiesOf(shown), PropertiesOf(real));
            }
            else
            {
                Assert.Equal(shown, real);
            }
        }
    }

    private async Task<string> RunToolAsync(string told, IReadOnlyList<string> arguments)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["MESSAGING_BROKER"] = Broker };
        await using var process = DotnetProcess.Start(_tool ?? Repository.Program("src/Cli"), settings, arguments);
        var (code, output) = await process.EndAsync(Ct);
        Assert.True(code is 0, $"{told} ended with {code}:\n{output}");
        return output;
    }

    // A command that is sent fails a moment later.
    private async Task UntilDeadLetteredAsync(ShellCommand command)
    {
        var id = command.Arguments.SkipWhile(static word => word is not "--id").ElementAt(1);
        while (!(await RunToolAsync(command.ToString(), ["dead", "list", command.Arguments[2], "--json"])).Contains(id, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), Ct);
        }
    }

    // Settings alone are for the orders service, at a broker where nobody has set anything yet.
    private async Task TrySettingsAsync(ShellCommand command)
    {
        await using var fresh = await PrivateBroker.StartNewAsync(Ct);
        var settings = Settings(command);
        await using var process = DotnetProcess.Start(Repository.Program("samples/Orders"), settings, ["--once", "--broker", fresh.Uri.OriginalString]);
        var (code, output) = await process.EndAsync(Ct);
        Assert.True(code == 0, $"{command}: the tour ended with {code}:\n{output}");
    }

    // What the run of all tests does itself, or only containers can: the files that it names are there.
    private static void CheckFiles(ShellCommand command)
    {
        foreach (var word in command.Arguments.Prepend(command.Program).Where(static word => word.Contains('/', StringComparison.Ordinal) && !word.Contains(':', StringComparison.Ordinal) && word[0] is not '-' and not '/'))
        {
            var path = Path.Combine(Repository.Root, word);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{command}: there is no {word}.");
        }
    }

    private static IEnumerable<string> PropertiesOf(string line) => JsonNode.Parse(line)!.AsObject().Select(static property => property.Key);

    private Dictionary<string, string> Settings(ShellCommand command) => command.Settings.ToDictionary(static setting => setting.Key, setting => Here(setting.Value), StringComparer.Ordinal);

    private string Here(string word) => string.Equals(word, Localhost, StringComparison.Ordinal) ? Broker : word;

    private static Uri AddressIn(string line) => new(line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ', 2)[0]);
}
