using Messaging.Calls.Contract;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Policies;

public sealed class RequesterOptionsTests
{
    [Theory]
    [InlineData("Timeout", "00:00:00", "Timeout")]
    [InlineData("Retry:MaxAttempts", "0", "MaxAttempts")]
    [InlineData("Retry:BudgetRatio", "1.5", "BudgetRatio")]
    [InlineData("Hedging:Delay", "-00:00:01", "Hedging:Delay")]
    [InlineData("CircuitBreaker:FailureRatio", "0", "FailureRatio")]
    [InlineData("MaxPendingCalls", "0", "MaxPendingCalls is 0; set it from 1 to 1,000,000")]
    [InlineData("MaxPendingCalls", "1000001", "MaxPendingCalls is 1000001")]
    [InlineData("MaxPendingCommands", "0", "MaxPendingCommands is 0; set it from 1 to 1,000,000")]
    [InlineData("WhenFull", "2", "WhenFull is 2; set it to Wait or Fail")]
    [InlineData("Operations:Add:Timeout", "-1", "Operations:Add: Timeout")]
    [InlineData("Operations:Subtract:Timeout", "00:00:01", "it has: Add, AddAgain")]
    public async Task A_wrong_option_stops_the_start_and_is_named(string key, string value, string named)
    {
        using var host = Build(key, value);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Messaging:Requesters:calc", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_lies_over_the_contract_and_code_over_configuration()
    {
        using var host = Build("Operations:Add:Timeout", "00:00:07", options => options.Timeout = TimeSpan.FromSeconds(3));
        var policies = host.Services.GetRequiredService<CallPolicies>();

        Assert.Equal(TimeSpan.FromSeconds(7), policies.Get(new Operation<Addends, Sum>("calc", "Add", OperationKind.Call) { Timeout = TimeSpan.FromSeconds(1) }).Timeout);
        Assert.Equal(TimeSpan.FromSeconds(1), policies.Get(new Operation<Addends, Sum>("calc", "Check", OperationKind.Call) { Timeout = TimeSpan.FromSeconds(1) }).Timeout);
        Assert.Equal(TimeSpan.FromSeconds(3), policies.Get(new Operation<Addends, Sum>("calc", "Touch", OperationKind.Call)).Timeout);
    }

    [Fact]
    public void Only_idempotent_operations_get_more_than_one_attempt()
    {
        using var host = Build("Retry:MaxAttempts", "5", options => options.Hedging = new HedgingOptions());
        var policies = host.Services.GetRequiredService<CallPolicies>();

        Assert.Null(policies.Get(new Operation<Addends, Sum>("calc", "Add", OperationKind.Call)).Attempts);
        Assert.NotNull(policies.Get(new Operation<Addends, Sum>("calc", "AddAgain", OperationKind.Call) { Idempotent = true }).Attempts);
    }

    [Fact]
    public void Calls_are_confirmed_only_where_it_is_configured()
    {
        using var host = Build("ConfirmCalls", "true");
        var options = host.Services.GetRequiredService<IOptionsMonitor<RequesterOptions>>();

        Assert.Equal((true, false), (options.Get("calc").ConfirmCalls, options.Get("another").ConfirmCalls));
    }

    [Fact]
    public void Calls_share_messages_and_wait_for_room_unless_it_is_configured_otherwise()
    {
        using var host = Build("Batching", "false", options => (options.MaxPendingCalls, options.WhenFull) = (1_000_000, FullWindowBehavior.Fail));
        var options = host.Services.GetRequiredService<IOptionsMonitor<RequesterOptions>>();
        var service = host.Services.GetRequiredService<CallPolicies>().Get(new Operation<Addends, Sum>("calc", "Add", OperationKind.Call)).Service;

        Assert.Equal((false, true, 1_000_000), (service.Packs, service.FailsWhenFull, service.Window.Limit));
        Assert.Equal(
            (true, FullWindowBehavior.Wait, 10_000),
            (options.Get("another").Batching, options.Get("another").WhenFull, options.Get("another").MaxPendingCalls));
    }

    private static IHost Build(string key, string value, Action<RequesterOptions>? configure = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>($"Messaging:Requesters:calc:{key}", value)]);
        application.Services.AddMessaging().UseInMemory().AddRequester<ICalc>(configure);
        return application.Build();
    }
}
