using Messaging.MassTransit.Tests.Support;
using Migration.Tour;

namespace Messaging.MassTransit.Tests.Samples;

/// <summary>The sample moves its service to the end, and both systems work at every step: the tour throws where one does not.</summary>
public sealed class MigrationTests(BrokerFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_systems_work_at_every_step(bool onBroker)
    {
        await using var output = new StringWriter();
        await using var surroundings = new Surroundings(onBroker ? fixture.Broker.Uri : null);
        await using var tour = new MigrationTour(surroundings, output);

        await tour.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        Assert.Contains("got 8 commands", output.ToString(), StringComparison.Ordinal);
    }
}
