namespace Messaging.Generator.Tests;

/// <summary>Every shape of contract compiles without a warning.</summary>
public sealed class ShapeTests
{
    private const string Types = """
        namespace Shop;

        public sealed record Order(int Id);
        public sealed record Page<T>(IReadOnlyList<T> Items);
        public static class Holder { public sealed record Inner(int X); }
        public struct Point { public int X { get; set; } }
        """;

    [Theory]
    [InlineData("Task<Page<Order>> ListAsync(Page<Order> page);")]
    [InlineData("Task<Page<Page<Order?>>?> ListAsync(Page<int?> page, CancellationToken ct = default);")]
    [InlineData("Task<Holder.Inner> NestedAsync(Holder.Inner request);")]
    [InlineData("Task<Order?> FindAsync(string? sku, CancellationToken ct);")]
    [InlineData("Task<byte[]> PackAsync(Order?[][] orders);")]
    [InlineData("Task<(int Left, string? Sku)> TupleAsync((string Sku, Order Order) request);")]
    [InlineData("Task<Dictionary<string, List<Order?>>> MapAsync(IReadOnlyDictionary<Guid, Point?> request);")]
    [InlineData("Task<nint> NumbersAsync(Point point);")]
    [InlineData("Task Handle(Order @event, CancellationToken @default = default);")]
    [InlineData("Task @event(Order @class);")]
    [InlineData("IAsyncEnumerable<Order?> WatchAsync(string request);")]
    [InlineData("IAsyncEnumerable<Page<Order>> WatchAsync(string request, CancellationToken ct = default);")]
    [InlineData("Task<Order?> ImportAsync(IAsyncEnumerable<Page<Order?>> rows, CancellationToken ct = default); Task DrainAsync(IAsyncEnumerable<string?> rows);")]
    [InlineData("IAsyncEnumerable<Order?> ChatAsync(IAsyncEnumerable<Point?> points);")]
    [InlineData("[Command] Task Send(params int[] ids);")]
    [InlineData("Task<int> Async(int x); Task<int> Quote(long x); Task<int> ReasyncAsync(long x);")]
    [InlineData("Task<Nothing> NothingAsync(Nothing nothing);")]
    [InlineData("Task<Task> OddAsync(Task<int> request);")]
    [InlineData("Task<dynamic> DynamicAsync(Order order);")]
    [InlineData("Task NameAsync(int x); Task Operations(int x); Task CreateProxy(int x); Task Bind(int x);")]
    [InlineData("Task Invoker(int x); Task Options(int x); Task Merge(int x); Task With(int x); Task Proxy(int x); Task Equals(int x);")]
    [InlineData("[Operation(Name = \"a.b-c_1\", TimeoutMs = 2073600000)] Task Named(int x);")]
    [InlineData("const int Limit = 3; public sealed record Local(int X); Task TakeAsync(Local local); static int Twice(int x) => 2 * x;")]
    [InlineData("Task<int> TakeAsync(Order order); Task<int> TakeAsync(int id) => TakeAsync(new Order(id)); string Title => \"t\";")]
    [InlineData("[Obsolete(\"old\")] Task OldAsync(OldRequest request); [Obsolete(\"old\")] public record OldRequest(int X);")]
    [InlineData("")]
    public void A_contract_compiles_without_warnings(string members) => GeneratorRun.Over(
        Types,
        $$"""
        namespace Shop;

        /// <summary>The contract.</summary>
        [Service("orders")]
        public interface IOrders
        {
            {{members}}
        }
        """).AssertClean(contracts: 1);

    [Theory]
    [InlineData("[Service(\"a\")] public interface IA { Task XAsync(int x); }")]
    [InlineData("namespace N { [Service(\"a\")] interface IA { Task XAsync(int x); } }")]
    [InlineData("namespace @event.@class { [Service(\"a\")] public interface @interface { Task XAsync(int x); } }")]
    [InlineData("public class A { protected internal class B { [Service(\"a\")] public interface IA { Task XAsync(int x); } } }")]
    [InlineData("public partial struct A { [Service(\"a\")] public interface IA { Task XAsync(Request x); } public record Request; }")]
    [InlineData("[Service(\"a\")] public partial interface IA { Task XAsync(int x); } public partial interface IA { Task YAsync(int x); }")]
    [InlineData("namespace System { public interface Messaging; } namespace N.Messaging.System { [Service(\"a\")] public interface IA { Task XAsync(int x); } }")]
    [InlineData("[assembly: CLSCompliant(true)] namespace N { [Service(\"a\")] public interface IA { Task XAsync(uint x); } }")]
    [InlineData("#nullable disable\n[Service(\"a\")] public interface IA { Task<string> XAsync(string x); }")]
    [InlineData("[Obsolete(\"old\")] [Service(\"a\")] public interface IA { Task XAsync(int x); }")]
    public void A_contract_lives_anywhere(string source) => GeneratorRun.Over(source).AssertClean(contracts: 1);

    [Theory]
    [InlineData("public interface IB { Task YAsync(int y); } [Service(\"a\")] public interface IA : IB { Task XAsync(int x); }")]
    [InlineData("public interface IC { Task ZAsync(int z); } public interface IB : IC; [Service(\"a\")] public interface IA : IB, IC;")]
    [InlineData("public interface IT { Task ZAsync(int z); } public interface IL : IT; public interface IR : IT; [Service(\"a\")] public interface IA : IL, IR;")]
    [InlineData("public interface ICrud<T> { Task<T?> GetAsync(int id); Task PutAsync(T item); } [Service(\"a\")] public interface IA : ICrud<string>;")]
    [InlineData("public interface IB { Task YAsync(int y); } [Service(\"a\")] public interface IA : IB { Task IB.YAsync(int y) => Task.CompletedTask; }")]
    [InlineData("public interface IB { Task YAsync(int y); } [Service(\"a\")] public interface IA : IB { Task YAsync(string y) => YAsync(1); }")]
    [InlineData("[Service(\"b\")] public interface IB { Task YAsync(int y); } [Service(\"a\")] public interface IA : IB { Task XAsync(int x); }", 2)]
    public void A_contract_inherits(string source, int contracts = 1) => GeneratorRun.Over(source).AssertClean(contracts);

    [Fact]
    public void A_contract_inherits_from_another_assembly()
    {
        var shared = GeneratorRun.Over(Project.Of(
            "Shared", [], "[Service(\"b\")] public interface IB { [Operation(Name = \"y\"), Faults(typeof(E))] Task YAsync(int y); } public class E(int x) : Exception { public int X => x; }"));
        shared.AssertClean(contracts: 1);

        var run = GeneratorRun.Over(Project.Of(
            "Shop", [shared.ToReference()], "[Service(\"a\")] public interface IA : IB { Task XAsync(int x); }"));

        run.AssertClean(contracts: 1);
        var text = run.Sources[0].SourceText.ToString();
        Assert.Contains("(\"a\", \"y\", global::Messaging.OperationKind.Call)", text, StringComparison.Ordinal);
        Assert.Contains("Faults = new global::Messaging.FaultDescriptor[] { EFault.Instance }", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_has_several_contracts()
    {
        var run = GeneratorRun.Over(
            "namespace A { [Service(\"a\")] public interface IOrders { Task XAsync(int x); } [Service(\"b\")] public interface IStock { Task XAsync(int x); } }",
            "namespace B { [Service(\"c\")] public interface IOrders { Task XAsync(int x); } class C { [Service(\"d\")] internal interface IOrders { Task XAsync(int x); } } }");

        run.AssertClean(contracts: 4);
        Assert.Equal(
            ["A.IOrders.g.cs", "A.IStock.g.cs", "B.C.IOrders.g.cs", "B.IOrders.g.cs"],
            run.Sources.Select(source => source.HintName).Order(StringComparer.Ordinal));
    }
}
