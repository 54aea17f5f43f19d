using Messaging.Faults.Ledgers;
using Messaging.Faults.Mischief;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Parties;

/// <summary>A worker or a requester: <c>worker</c> or <c>requester</c>, then configuration as on any host's command line.</summary>
internal static class Party
{
    public const string Worker = "worker";
    public const string Requester = "requester";

    /// <summary>What it prints when it has started.</summary>
    public const string Ready = "ready";

    private const int OrphanedExitCode = 3;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Configuration.AddCommandLine(arguments[1..]);
        application.Logging.SetMinimumLevel(LogLevel.Information)
            .AddSimpleConsole(console => console.SingleLine = true)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        application.Services.Configure<PartyOptions>(application.Configuration.GetSection("Party"));
        application.Services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<PartyOptions>>().Value;
            return new Ledger(options.Folder, options.Name);
        });
        var options = application.Configuration.GetSection("Party").Get<PartyOptions>()!;
        application.Services.AddSingleton<Dice>().AddSingleton<LoadGate>();
        if (options.Mischief > 0)
        {
            MischiefServices.AddObservers(application.Services);
        }

        var messaging = application.Services.AddMessaging().UseRabbitMq();
        if (string.Equals(arguments[0], Worker, StringComparison.Ordinal))
        {
            AddWorker(messaging, options);
        }
        else
        {
            messaging.AddRequester<IProbe>();
            application.Services.AddSingleton<CommandMix>().AddHostedService<Load>();
        }

        var host = application.Build();
        await using ((IAsyncDisposable)host)
        {
            await host.StartAsync();
            if (options.Mischief > 0)
            {
                host.Services.GetRequiredService<MischiefListeners>();
                host.Services.GetRequiredService<Dice>().Begin();
            }

            Console.WriteLine(Ready);
            _ = ObeyParentAsync(host.Services.GetRequiredService<LoadGate>());
            await host.WaitForShutdownAsync();
        }

        return Environment.ExitCode;
    }

    private static void AddWorker(MessagingBuilder messaging, PartyOptions options)
    {
        var worker = messaging.AddWorker<IProbe, LedgerProbe>();
        if (options.Mischief <= 0)
        {
            // Without a scope for each call, as handlers are that need none.
            worker.Services.AddSingleton<HandlerMischief>();
        }
        else
        {
            worker.Services.AddScoped<HandlerMischief>();
            worker.Services.AddOptions<WorkerOptions>(IProbe.Name).Configure<Dice>(MischiefServices.Configure);
        }

        if (options.Inbox)
        {
            worker.AddInbox<IProbe>().UseSqliteStore(store => store.ConnectionString = EffectTable.ConnectionString(options.Folder));
            worker.Services.AddScoped<IEffects, InboxEffects>();
        }
        else
        {
            worker.Services.AddSingleton<IEffects, LedgerEffects>();
        }
    }

    /// <summary>
    /// Does what the run says on our input. Nothing outlives the run that started it, however that ended: its end of our
    /// input closes with it.
    /// </summary>
    private static async Task ObeyParentAsync(LoadGate gate)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            switch (line)
            {
                case LoadGate.Hold:
                    await gate.CloseAsync();
                    Console.WriteLine(LoadGate.Held);
                    break;
                case LoadGate.Release:
                    gate.Open();
                    break;
                default:
                    throw new InvalidOperationException($"The run said '{line}'.");
            }
        }

        Environment.Exit(OrphanedExitCode);
    }
}
