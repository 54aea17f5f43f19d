using System.Globalization;
using Messaging.Faults.Parties;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Faults.Overload;

/// <summary>A worker or a caller as a process of its own, which does what the run says on its input.</summary>
internal static class OverloadParty
{
    public const string Worker = "overload-worker";
    public const string Caller = "overload-caller";

    /// <summary>What the run says when all is over.</summary>
    public const string End = "end";

    /// <summary>What is answered to <see cref="End"/>.</summary>
    public const string Ended = "ended";

    private const int OrphanedExitCode = 3;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Configuration.AddCommandLine(arguments[1..]);
        application.Logging.SetMinimumLevel(LogLevel.Information)
            .AddSimpleConsole(static console => console.SingleLine = true)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        await using IOverloadParty party = arguments[0] is Worker
            ? await ServingParty.StartAsync(application, static messaging => messaging.UseRabbitMq(), CancellationToken.None)
            : await CallingParty.StartAsync(application, static messaging => messaging.UseRabbitMq(), CancellationToken.None);
        Console.WriteLine(Party.Ready);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            if (line is End)
            {
                await party.EndAsync(CancellationToken.None);
                Console.WriteLine(Ended);
                return 0;
            }

            Console.WriteLine((await party.ObeyAsync(LoadOrder.Parse(line), CancellationToken.None)).ToString(CultureInfo.InvariantCulture));
        }

        // The run is gone: nobody reads what would be written.
        Environment.Exit(OrphanedExitCode);
        return OrphanedExitCode;
    }
}
