using System.CommandLine;
using Messaging.Cli.Output;
using Messaging.Descriptions;
using Messaging.RabbitMq;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Messaging.Cli.Hosting;

/// <summary>One run of a command: what was asked, where it writes, and the broker.</summary>
internal sealed class CommandSession(ParseResult parsed, CommandOutput output) : IAsyncDisposable
{
    private ServiceProvider? _services;

    public ParseResult Parsed { get; } = parsed;

    public CommandOutput Output { get; } = output;

    public TimeSpan? Timeout => Parsed.GetValue(GlobalOptions.Timeout);

    public bool Verbose => Parsed.GetValue(GlobalOptions.Verbose);

    public RabbitMqOptions BrokerOptions => Find<IOptionsMonitor<RabbitMqOptions>>().CurrentValue;

    public IOperationInvoker Invoker => Find<IOperationInvoker>();

    public ServiceDescriptions Descriptions => Find<ServiceDescriptions>();

    public IDeadLetters DeadLetters => Find<IDeadLetters>();

    public IServiceQueues Queues => Find<IServiceQueues>();

    public IServiceCatalogue Catalogue => Find<IServiceCatalogue>();

    /// <summary>For a connection of one's own.</summary>
    public ConnectionOpener Opener => new(Find<IOptionsMonitor<RabbitMqOptions>>(), NullLogger.Instance);

    /// <summary>Connects, so that a broker that is away is told at once, and not by the deadline of the first call.</summary>
    /// <exception cref="CliException">It can't be reached, or does not let us in.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var look = await Find<ITransport>().OpenQueueLookAsync(cancellationToken).ConfigureAwait(false);
            await look.DisposeAsync().ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            throw NoBroker(exception);
        }
    }

    public static CliException NoBroker(TransportException exception) =>
        new(ExitCode.NoBroker, $"{exception.Message} Name the broker with --broker or {BrokerSettings.Variable}; 'messaging doctor' looks closer.", exception);

    public ValueTask DisposeAsync() => _services?.DisposeAsync() ?? ValueTask.CompletedTask;

    private T Find<T>()
        where T : notnull
    {
        if (_services is null)
        {
            var services = new ServiceCollection();
            services.AddSingleton(BrokerSettings.Read());
            services.AddMessaging().UseRabbitMq(options => BrokerSettings.Apply(Parsed, options)).AddOperationInvoker();
            _services = services.BuildServiceProvider();
        }

        try
        {
            return _services.GetRequiredService<T>();
        }
        catch (OptionsValidationException exception)
        {
            throw CliException.Usage(exception.Message);
        }
    }
}
