using Messaging.Calls.Contract;
using Messaging.Inbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>What is registered twice, or not at all: nothing of it goes by in silence.</summary>
public sealed class RegistrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_without_a_transport_stops_the_start()
    {
        using var host = Build(static builder => builder.AddWorker<ICalc, ScriptedCalc>());

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Token));

        Assert.Contains("UseRabbitMq(…)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UseInMemory()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_requester_without_a_transport_stops_the_start_and_can_not_be_resolved()
    {
        using var host = Build(static builder => builder.AddRequester<ICalc>());

        Assert.Contains("no transport was chosen", Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<ICalc>).Message, StringComparison.Ordinal);
        Assert.Contains("no transport was chosen", (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_the_configuration_is_no_choice_and_the_text_says_so()
    {
        var application = Application();
        application.Configuration.AddInMemoryCollection([new("Messaging:RabbitMq:Uri", "amqp://somewhere")]);
        application.Services.AddMessaging().AddWorker<ICalc, ScriptedCalc>();
        using var host = application.Build();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Token));

        Assert.Contains("Messaging:RabbitMq:Uri", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_contracts_of_one_name_are_refused_with_all_that_is_needed_to_tell_them_apart()
    {
        var builder = new ServiceCollection().AddMessaging().UseInMemory().AddWorker<ICalc, ScriptedCalc>();

        var failure = Assert.Throws<InvalidOperationException>(() => builder.AddWorker<IOtherCalc, OtherCalc>());

        foreach (var said in new[] { "'calc'", typeof(ICalc).FullName!, typeof(ScriptedCalc).FullName!, typeof(IOtherCalc).FullName!, typeof(OtherCalc).FullName!, "one contract", "another name" })
        {
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_contracts_whose_names_differ_by_case_are_refused()
    {
        var builder = new ServiceCollection().AddMessaging().UseInMemory().AddWorker<ILoudCalc, OtherCalc>();

        var failure = Assert.Throws<InvalidOperationException>(() => builder.AddWorker<ICalc, ScriptedCalc>());

        Assert.Contains("'Calc' and 'calc'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_workers_of_one_contract_share_its_queue()
    {
        using var host = Build(static builder => builder
            .UseInMemory()
            .AddWorker<ICalc, ScriptedCalc>()
            .AddWorker<ICalc, ScriptedCalc>()
            .AddWorker<ICalc, OtherCalc>()
            .AddRequester<ICalc>());
        await host.StartAsync(Token);
        var calc = host.Services.GetRequiredService<ICalc>();

        for (var call = 0; call < 20; call++)
        {
            Assert.Equal(3, (await calc.AddAsync(new Addends(1, 2), Token)).Value);
        }

        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_requester_that_is_added_again_changes_its_options_and_is_started_once()
    {
        using var host = Build(static builder => builder
            .UseInMemory()
            .AddRequester<ICalc>(static options => (options.Timeout, options.MaxPendingCalls) = (TimeSpan.FromSeconds(5), 7))
            .AddRequester<ICalc>(static options => options.Timeout = TimeSpan.FromSeconds(6)));

        var options = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<RequesterOptions>>().Get("calc");
        Assert.Equal((TimeSpan.FromSeconds(6), 7), (options.Timeout, options.MaxPendingCalls));
        Assert.Single(host.Services.GetServices<IHostedService>());
        Assert.Single(host.Services.GetServices<ICalc>());
        await host.StartAsync(Token);
        await host.StopAsync(Token);
    }

    [Fact]
    public void An_inbox_that_is_added_again_changes_its_options_and_is_one()
    {
        var builder = new ServiceCollection().AddMessaging().UseInMemory().AddInbox<ICalc>().AddInbox<ICalc>().AddInbox<IShipping>();

        Assert.Equal(2, builder.Services.Count(static service => service.ServiceType == typeof(InboxSetup)));
        Assert.Equal(2, builder.Services.Count(static service => service.ServiceType == typeof(IHostedService)));
    }

    private static HostApplicationBuilder Application()
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(new CalcScript());
        return application;
    }

    private static IHost Build(Action<MessagingBuilder> configure)
    {
        var application = Application();
        configure(application.Services.AddMessaging());
        return application.Build();
    }
}

[Service("calc")]
public interface IOtherCalc
{
    Task<Sum> SubtractAsync(Addends request, CancellationToken cancellationToken = default);
}

[Service("Calc")]
public interface ILoudCalc
{
    Task<Sum> SubtractLoudlyAsync(Addends request, CancellationToken cancellationToken = default);
}

public sealed class OtherCalc : IOtherCalc, ILoudCalc, ICalc
{
    private readonly ScriptedCalc _calc = new(new CalcScript());

    public Task<Sum> SubtractAsync(Addends request, CancellationToken cancellationToken) => Task.FromResult(new Sum(request.Left - request.Right));

    public Task<Sum> SubtractLoudlyAsync(Addends request, CancellationToken cancellationToken) => SubtractAsync(request, cancellationToken);

    public Task<Sum> AddAsync(Addends request, CancellationToken cancellationToken) => _calc.AddAsync(request, cancellationToken);

    public Task<Sum> AddAgainAsync(Addends request, CancellationToken cancellationToken) => _calc.AddAgainAsync(request, cancellationToken);

    public Task<Sum> AddOnceAsync(Addends request, CancellationToken cancellationToken) => _calc.AddOnceAsync(request, cancellationToken);

    public Task<Sum> CheckAsync(Addends request, CancellationToken cancellationToken) => _calc.CheckAsync(request, cancellationToken);

    public Task TouchAsync(Addends request, CancellationToken cancellationToken) => _calc.TouchAsync(request, cancellationToken);

    public Task<byte[]> FillAsync(Addends request, CancellationToken cancellationToken) => _calc.FillAsync(request, cancellationToken);

    public IAsyncEnumerable<Sum> CountAsync(Addends request, CancellationToken cancellationToken) => _calc.CountAsync(request, cancellationToken);

    public Task<Sum> TotalAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken) => _calc.TotalAsync(items, cancellationToken);

    public Task DrinkAsync(IAsyncEnumerable<byte[]> items, CancellationToken cancellationToken) => _calc.DrinkAsync(items, cancellationToken);

    public IAsyncEnumerable<Sum> EchoAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken) => _calc.EchoAsync(items, cancellationToken);

    public IAsyncEnumerable<byte[]> PourAsync(Addends request, CancellationToken cancellationToken) => _calc.PourAsync(request, cancellationToken);

    public Task RecordAsync(Note command, CancellationToken cancellationToken) => _calc.RecordAsync(command, cancellationToken);
}
