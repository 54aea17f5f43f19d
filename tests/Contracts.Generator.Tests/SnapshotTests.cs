namespace Messaging.Generator.Tests;

public sealed class SnapshotTests
{
    [Fact]
    public void A_contract_with_every_kind_of_operation() => Match("Kinds", """
        namespace Shop;

        [Service("orders")]
        public interface IOrders
        {
            [Operation(TimeoutMs = 5000, Idempotent = true)]
            Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct = default);

            [Operation(Name = "find-one", AtMostOnce = true)]
            Task<Quote?> FindAsync(string sku);

            Task TouchAsync(int id, CancellationToken ct = default);

            [Command(TimeoutMs = 700)]
            Task ShipAsync(Ship command, CancellationToken ct = default);

            [Command(Priority = CommandPriority.High)]
            Task RushAsync(Ship command, CancellationToken ct = default);

            [Command(MaxAttempts = 3, ImmediateRetries = 0, RetryBaseDelayMs = 2000, RetryMaxDelayMs = 60000)]
            Task BillAsync(Ship command, CancellationToken ct = default);

            IAsyncEnumerable<Tick> WatchAsync(Watch request, CancellationToken ct = default);

            Task<Quote> ImportAsync(IAsyncEnumerable<QuoteRequest> rows, CancellationToken ct = default);

            Task DrainAsync(IAsyncEnumerable<int> rows);

            IAsyncEnumerable<Tick> ChatAsync(IAsyncEnumerable<Watch> watches, CancellationToken ct = default);
        }

        public sealed record QuoteRequest(string Sku);
        public sealed record Quote(decimal Price);
        public sealed record Ship(int Id);
        public sealed record Watch(string Sku);
        public sealed record Tick(int Number);
        """);

    [Fact]
    public void What_may_be_null() => Match("Nullable", """
        namespace Shop;

        [Service("orders")]
        public interface IOrders : ICrud<Order?>
        {
            Task<Order?> FindAsync(Query? request, CancellationToken ct = default);

            Task<int?> CountAsync(int? request);

            IAsyncEnumerable<Order?> ListAsync(Query request);

            Task<Order> ImportAsync(IAsyncEnumerable<Order?> rows);

            [Command]
            Task DropAsync(Query? command);

        #nullable disable
            Task<Order> OldAsync(Query request);

            Task<int> OldCountAsync(Query request);
        #nullable restore
        }

        public interface ICrud<T>
        {
            Task<T> GetAsync(int id);
        }

        public sealed record Query(string Text);
        public sealed record Order(int Id);
        """);

    [Fact]
    public void Commands_in_order() => Match("Ordered", """
        namespace Shop;

        [Service("orders", CommandPartitions = 16)]
        public interface IOrders
        {
            [Command(OrderedBy = nameof(Ship.Order))]
            Task ShipAsync(Ship command, CancellationToken ct = default);

            [Command(OrderedBy = nameof(Ship.Number))]
            Task CountAsync(Ship command);

            [Command(OrderedBy = nameof(Ship.Id))]
            Task NameAsync(Ship command);

            [Command(OrderedBy = nameof(Ship.Urgent))]
            Task RushAsync(Ship command);

            [Command(OrderedBy = "event")]
            Task MarkAsync(Ship command);
        }

        public record Base(string? Order);
        public sealed record Ship(string? Order, long Number, Guid Id, bool Urgent, Colour @event) : Base(Order);
        public enum Colour : byte { Red, Blue }
        """);

    [Fact]
    public void Faults_of_the_interface_and_of_its_methods() => Match("Faults", """
        namespace Shop;

        [Service("stock"), Faults(typeof(Closed))]
        public interface IStock
        {
            [Faults(typeof(Short), typeof(Gone), typeof(Closed))]
            Task<int> TakeAsync(string sku);

            Task<int> CountAsync(string sku);
        }

        public class Short(string sku, int left) : Exception($"{left} left of {sku}")
        {
            public string Sku { get; } = sku;
            public int Left { get; } = left;
        }

        public class Gone(string sku, int left, Why why, Why? before, DateTimeOffset? since) : Short(sku, left)
        {
            public Why Why { get; } = why;
            public Why? Before { get; } = before;
            public DateTimeOffset? Since { get; } = since;
        }

        public class Closed : Exception
        {
            public Closed() { }
            public Closed(string message) : base(message) { }
            public Closed(string message, Exception inner) : base(message, inner) { }
        }

        public enum Why : byte { Sold, Broken }
        """);

    [Fact]
    public void An_inherited_and_nested_contract() => Match("Inherited", """
        namespace Shop.Api;

        internal partial class Outer
        {
            [Service("items")]
            internal interface IItems : IStore<Item>, ICounted
            {
                Task<Item[]> AllAsync((int From, int To) range, CancellationToken ct);
            }
        }

        internal interface IStore<T> : ICounted
        {
            Task<Page<T>> ListAsync(Page<T> page, CancellationToken ct = default);
        }

        internal interface ICounted
        {
            Task<int> CountAsync(string filter);
        }

        internal sealed record Item(string Sku);
        internal sealed record Page<T>(T[] Items);
        """);

    [Fact]
    public void A_contract_in_the_global_namespace() => Match("Global", """
        [Service("plain")]
        public interface IPlain
        {
            Task Do(string @event);
        }
        """);

    private static void Match(string name, string source)
    {
        var run = GeneratorRun.Over(source);

        run.AssertClean(contracts: 1);
        Snapshot.Match(name, run.Sources[0].SourceText.ToString());
    }
}
