using Messaging.RabbitMq.Tests.Support;

namespace Messaging.RabbitMq.Tests;

/// <summary>How it is found out that a broker hands delayed messages over again too late.</summary>
public sealed class LateDelayTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Theory]
    [InlineData(2_000, true)]
    [InlineData(180_000, false)]
    public async Task The_brokers_setting_is_told_from_what_it_does(int milliseconds, bool isSoon)
    {
        await Broker.RabbitmqctlAsync("eval", $"application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, {milliseconds}).");
        try
        {
            await using var bare = await Bare.ConnectAsync(Broker.Uri);
            await using var channel = await bare.OpenAsync(LateDelayProbe.ChannelOptions);

            Assert.Equal(isSoon, await SoonAsync(LateDelayProbe.RunAsync(channel, TimeProvider.System, Token)));
            Assert.DoesNotContain("messaging.delay.probe", await Broker.RabbitmqctlAsync("list_queues", "name"), StringComparison.Ordinal);
        }
        finally
        {
            await Broker.RabbitmqctlAsync("eval", "application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, 1000).");
        }
    }
}
