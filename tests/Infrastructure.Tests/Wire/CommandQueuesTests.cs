using System.Text;

namespace Messaging.Wire;

public sealed class CommandQueuesTests
{
    [Theory]
    [InlineData("orders.commands.high", "orders.commands.high")]
    [InlineData("orders.commands", "orders.commands")]
    [InlineData("orders.commands.63", "orders.commands.63")]
    [InlineData("orders.commands.64", "orders.commands")]
    [InlineData("orders.commands.07", "orders.commands")]
    [InlineData("orders.commands.-1", "orders.commands")]
    [InlineData("orders.commands.", "orders.commands")]
    [InlineData("orders.dead", "orders.commands")]
    [InlineData("payments.commands.high", "orders.commands")]
    [InlineData("", "orders.commands")]
    public void A_dead_letter_goes_back_to_a_queue_of_its_own_service_only(string said, string origin)
    {
        Assert.Equal(origin, CommandQueues.OriginOf("orders", Headers("dead-queue", said)));
        Assert.Equal(origin, CommandQueues.OriginOf("orders", Headers("dead-queue", Encoding.UTF8.GetBytes(said))));
    }

    [Fact]
    public void The_latest_death_in_a_queue_of_the_service_counts()
    {
        object?[] deaths =
        [
            7,
            null,
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["queue"] = 1 },
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["queue"] = "messaging.delay.3"u8.ToArray() },
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["queue"] = "orders.commands.high"u8.ToArray() },
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["queue"] = "orders.commands"u8.ToArray() },
        ];

        Assert.Equal("orders.commands.high", CommandQueues.OriginOf("orders", Headers("x-death", deaths.ToList())));
        Assert.Equal("orders.commands", CommandQueues.OriginOf("orders", Headers("x-death", "nonsense")));
        Assert.Equal("orders.commands", CommandQueues.OriginOf("orders", null));
    }

    private static Dictionary<string, object?> Headers(string name, object? value) => new(StringComparer.Ordinal) { [name] = value };
}
