using System.Globalization;

namespace Messaging.Wire;

/// <summary>The partition of a key is part of the protocol: these values never change.</summary>
public sealed class CommandPartitionTests
{
    [Theory]
    [InlineData("", 8, 1)]
    [InlineData("a", 8, 0)]
    [InlineData("order-1", 8, 2)]
    [InlineData("order-1", 64, 18)]
    [InlineData("größe", 8, 2)]
    [InlineData("00000000-0000-0000-0000-000000000001", 8, 1)]
    [InlineData("-42", 5, 2)]
    public void A_key_has_the_partition_that_every_language_finds(string key, int partitions, int partition) =>
        Assert.Equal(partition, CommandPartition.Of(key, partitions));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(64)]
    public void Keys_are_spread_evenly(int partitions)
    {
        const int each = 1000;
        var numbers = Enumerable.Range(0, each * partitions).Select(static number => number.ToString(CultureInfo.InvariantCulture));
        foreach (var keys in new[] { numbers, numbers.Select(static number => $"customer/{number}/order") })
        {
            var counts = new int[partitions];
            foreach (var key in keys)
            {
                counts[CommandPartition.Of(key, partitions)]++;
            }

            Assert.All(counts, static count => Assert.InRange(count, each * 3 / 4, each * 5 / 4));
        }
    }

    [Fact]
    public void A_key_of_any_length_and_of_broken_text_has_one() => Assert.All(
        new[] { new string('x', 100_000), "\ud800", "\0" }, static key => Assert.InRange(CommandPartition.Of(key, 8), 0, 7));
}
