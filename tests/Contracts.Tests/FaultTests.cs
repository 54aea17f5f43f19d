using Messaging.Tests.Shop;

namespace Messaging.Tests;

public sealed class FaultTests
{
    private static readonly DateTimeOffset _since = new(2024, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));

    private static IReadOnlyList<FaultDescriptor> Faults { get; } = ServiceContract.Of<IOrders>().Operations[0].Faults;

    [Fact]
    public void Faults_of_the_method_and_of_the_interface_are_listed_most_derived_first()
    {
        Assert.Equal(
            [typeof(OutOfStockForGood), typeof(OutOfStock), typeof(ShopClosed)],
            Faults.Select(fault => fault.ExceptionType));
        Assert.Equal(["OutOfStockForGood", "OutOfStock", "ShopClosed"], Faults.Select(fault => fault.Name));
    }

    [Fact]
    public void Operations_share_the_descriptor_of_a_fault()
    {
        var operations = ServiceContract.Of<IOrders>().Operations;

        Assert.Same(Faults[2], Assert.Single(operations[1].Faults));
    }

    [Fact]
    public void A_fault_arrives_as_it_left()
    {
        var fields = new FaultFields();
        var sent = new OutOfStockForGood("tea", 3, ShelfReason.Discontinued, before: null, _since);

        Faults[0].Write(sent, fields);
        var received = Assert.IsType<OutOfStockForGood>(Faults[0].Read(fields));

        Assert.Equal(["sku", "left", "reason", "before", "since"], fields.Values.Keys);
        Assert.Equal((byte)3, fields.Values["reason"]);
        Assert.Equal("tea", received.Sku);
        Assert.Equal(3, received.Left);
        Assert.Equal(ShelfReason.Discontinued, received.Reason);
        Assert.Null(received.Before);
        Assert.Equal(_since, received.Since);
        Assert.Equal(sent.Message, received.Message);
    }

    [Fact]
    public void A_message_travels()
    {
        var fields = new FaultFields();

        Faults[2].Write(new ShopClosed("Back at nine.", new InvalidOperationException("stays here")), fields);
        var received = Faults[2].Read(fields);

        Assert.Equal(["message"], fields.Values.Keys);
        Assert.Equal("Back at nine.", received.Message);
        Assert.Null(received.InnerException);
    }

    [Fact]
    public void Fields_that_are_missing_are_defaults()
    {
        var received = Assert.IsType<OutOfStock>(Faults[1].Read(new FaultFields()));

        Assert.Null(received.Sku);
        Assert.Equal(0, received.Left);
    }

    private sealed class FaultFields : IFaultWriter, IFaultReader
    {
        public Dictionary<string, object?> Values { get; } = new(StringComparer.Ordinal);

        public void Write<T>(string name, T value) => Values.Add(name, value);

        public T Read<T>(string name) => Values.TryGetValue(name, out var value) ? (T)value! : default!;
    }
}
