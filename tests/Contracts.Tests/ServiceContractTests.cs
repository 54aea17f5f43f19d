using Messaging.Tests.Shop;

namespace Messaging.Tests;

public sealed class ServiceContractTests
{
    [Fact]
    public void A_marked_interface_has_its_contract()
    {
        var contract = ServiceContract.Of<IOrders>();

        Assert.Equal("orders", contract.Name);
        Assert.Equal(
            ["orders/Quote", "orders/Find.One", "orders/Touch", "orders/Ship", "orders/Watch"],
            contract.Operations.Select(operation => operation.FullName));
    }

    [Fact]
    public void An_interface_that_is_no_contract_is_told_what_to_do()
    {
        var error = Assert.Throws<InvalidOperationException>(ServiceContract.Of<IUnmarked>);

        Assert.Contains("[Service(\"name\")]", error.Message, StringComparison.Ordinal);
        Assert.Contains("IUnmarked", error.Message, StringComparison.Ordinal);
        Assert.Contains("Messaging.Contracts.Tests", error.Message, StringComparison.Ordinal);
    }

    private interface IUnmarked;
}
