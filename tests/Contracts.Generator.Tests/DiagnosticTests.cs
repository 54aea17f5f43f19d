using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Tests;

/// <summary>What breaks a rule is told so, in words that say what to do, and gets no generated code.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("MSG001", "Task XAsync();", "XAsync", "has no request parameters")]
    [InlineData("MSG001", "Task XAsync(CancellationToken ct);", "XAsync", "has no request parameters")]
    [InlineData("MSG001", "Task XAsync(int a, string b, CancellationToken ct);", "XAsync", "has 2 request parameters")]
    [InlineData("MSG002", "Task XAsync(ref int a);", "a", "is a ref parameter")]
    [InlineData("MSG002", "Task XAsync(out int a);", "a", "is an out parameter")]
    [InlineData("MSG002", "Task XAsync(in int a);", "a", "is an in parameter")]
    [InlineData("MSG002", "Task XAsync(ref readonly int a);", "a", "is an in parameter")]
    [InlineData("MSG002", "Task XAsync(int a, in CancellationToken ct);", "ct", "is an in parameter")]
    [InlineData("MSG002", "Task XAsync(ReadOnlySpan<byte> a);", "a", "is a ref struct")]
    [InlineData("MSG002", "unsafe Task XAsync(int* a);", "a", "is a pointer")]
    [InlineData("MSG003", "Task XAsync<T>(T a);", "XAsync", "'IA.XAsync' is generic")]
    [InlineData("MSG003", "Task<T> XAsync<T>(int a);", "XAsync", "'IA.XAsync' is generic")]
    [InlineData("MSG004", "Task XAsync(int a); Task XAsync(string b);", "XAsync", "'IA.XAsync(string)' and 'IA.XAsync(int)'")]
    [InlineData("MSG005", "void X(int a);", "X", "returns 'void': return Task<T>")]
    [InlineData("MSG005", "int X(int a);", "X", "returns 'int'")]
    [InlineData("MSG005", "ValueTask XAsync(int a);", "XAsync", "returns 'ValueTask'")]
    [InlineData("MSG005", "ValueTask<int> XAsync(int a);", "XAsync", "returns 'ValueTask<int>'")]
    [InlineData("MSG005", "IEnumerable<int> X(int a);", "X", "IAsyncEnumerable<T>")]
    [InlineData("MSG005", "Task<int>? XAsync(int a);", "XAsync", "returns 'Task<int>?'")]
    [InlineData("MSG005", "ref Task XAsync(int a);", "XAsync", "returns 'Task'")]
    [InlineData("MSG005", "[Command] void X(int a);", "X", "returns 'void'")]
    [InlineData("MSG006", "Task X(int a); Task XAsync(int a);", "XAsync", "'IA.XAsync' and 'IA.X' both have the wire name 'X'")]
    [InlineData("MSG006", "Task X(int a); [Command(Name = \"X\")] Task Y(int a);", "Y", "[Command(Name = \"…\")]")]
    [InlineData("MSG007", "int X { get; }", "X", "'IA.X' is a property")]
    [InlineData("MSG007", "event EventHandler X;", "X", "'IA.X' is an event")]
    [InlineData("MSG007", "int this[int a] { get; set; }", "this", "is an indexer")]
    [InlineData("MSG007", "static abstract Task XAsync(int a);", "XAsync", "is a static abstract member")]
    [InlineData("MSG007", "static abstract int X { get; }", "X", "'IA.X' is a property")]
    [InlineData("MSG007", "static abstract IA operator +(IA a);", "+", "is a static abstract member")]
    [InlineData("MSG007", "internal Task XAsync(int a);", "XAsync", "'IA.XAsync' is not public")]
    [InlineData("MSG007", "protected Task XAsync(int a);", "XAsync", "'IA.XAsync' is not public")]
    [InlineData("MSG008", "[Faults(typeof(string))] Task XAsync(int a);", "Faults(typeof(string))", "'string' does not derive from System.Exception")]
    [InlineData("MSG008", "[Faults(typeof(Exception[]))] Task XAsync(int a);", "Faults(typeof(Exception[]))", "'Exception[]'")]
    [InlineData("MSG010", "[Operation(Name = \"\")] Task XAsync(int a);", "Operation(Name = \"\")", "use 1 to 100 characters")]
    [InlineData("MSG010", "[Operation(Name = \"a b\")] Task XAsync(int a);", "Operation(Name = \"a b\")", "use only a-z")]
    [InlineData("MSG010", "[Command(Name = \"1a\")] Task XAsync(int a);", "Command(Name = \"1a\")", "start it with a letter")]
    [InlineData("MSG010", "Task _XAsync(int a);", "_XAsync", "or name it with [Operation(Name = \"…\")]")]
    [InlineData("MSG010", "Task QuêteAsync(int a);", "QuêteAsync", "'Quête' is no wire name for the operation IA.QuêteAsync")]
    [InlineData("MSG011", "[Operation(Idempotent = true, AtMostOnce = true)] Task XAsync(int a);", "Operation(Idempotent = true, AtMostOnce = true)", "keep Idempotent if")]
    [InlineData("MSG012", "[Command] Task<int> XAsync(int a);", "XAsync", "returns 'Task<int>': return Task")]
    [InlineData("MSG012", "[Command] IAsyncEnumerable<int> XAsync(int a);", "XAsync", "returns 'IAsyncEnumerable<int>'")]
    [InlineData("MSG012", "[Command] Task XAsync(IAsyncEnumerable<int> a);", "XAsync", "takes a stream")]
    [InlineData("MSG012", "[Command, Operation] Task XAsync(int a);", "Command", "also an [Operation]")]
    [InlineData("MSG014", "[Operation(TimeoutMs = -1)] Task XAsync(int a);", "Operation(TimeoutMs = -1)", "TimeoutMs of 'IA.XAsync' is -1")]
    [InlineData("MSG014", "[Command(TimeoutMs = 2073600001)] Task XAsync(int a);", "Command(TimeoutMs = 2073600001)", "up to 2073600000")]
    [InlineData("MSG020", "[Command(OrderedBy = \"Length\", Priority = CommandPriority.Normal)] Task XAsync(string a);", "Command(OrderedBy = \"Length\", Priority = CommandPriority.Normal)", "has both OrderedBy and Priority")]
    [InlineData("MSG019", "[Command(OrderedBy = \"Nothing\")] Task XAsync(string a);", "Command(OrderedBy = \"Nothing\")", "which 'string' does not have")]
    [InlineData("MSG019", "[Command(OrderedBy = \"Empty\")] Task XAsync(string a);", "Command(OrderedBy = \"Empty\")", "which is static")]
    [InlineData("MSG019", "[Command(OrderedBy = \"Chars\")] Task XAsync(string a);", "Command(OrderedBy = \"Chars\")", "does not have")]
    [InlineData("MSG019", "[Command(OrderedBy = \"Ticks\")] Task XAsync(int? a);", "Command(OrderedBy = \"Ticks\")", "does not have")]
    [InlineData("MSG019", "[Command(OrderedBy = \"Offset\")] Task XAsync(DateTimeOffset a);", "Command(OrderedBy = \"Offset\")", "which is a 'TimeSpan' and has no text")]
    [InlineData("MSG019", "[Command(OrderedBy = \"Length\")] Task XAsync(string? a);", "Command(OrderedBy = \"Length\")", "which a null command does not have")]
    [InlineData("MSG018", "[Command(Priority = (CommandPriority)9)] Task XAsync(int a);", "Command(Priority = (CommandPriority)9)", "Priority of 'IA.XAsync' is 9")]
    [InlineData("MSG017", "[Command(MaxAttempts = 1001)] Task XAsync(int a);", "Command(MaxAttempts = 1001)", "MaxAttempts of 'IA.XAsync' is 1001: give a number from 1 to 1000")]
    [InlineData("MSG017", "[Command(ImmediateRetries = 101)] Task XAsync(int a);", "Command(ImmediateRetries = 101)", "from 0 to 100")]
    [InlineData("MSG017", "[Command(RetryBaseDelayMs = 999)] Task XAsync(int a);", "Command(RetryBaseDelayMs = 999)", "from 1000 to 86400000")]
    [InlineData("MSG017", "[Command(RetryBaseDelayMs = 9000, RetryMaxDelayMs = 8000)] Task XAsync(int a);", "Command(RetryBaseDelayMs = 9000, RetryMaxDelayMs = 8000)", "from 9000 to 2073600000")]
    [InlineData("MSG015", "Task XAsync(CancellationToken ct, int a);", "XAsync", "let the request come first")]
    [InlineData("MSG015", "Task XAsync(int a, CancellationToken ct, CancellationToken dt);", "XAsync", "one CancellationToken last")]
    [InlineData("MSG016", "[Faults(typeof(N.E), typeof(M.E))] Task XAsync(int a);", "XAsync", "the faults 'N.E' and 'M.E'")]
    public void A_member_that_breaks_a_rule_is_reported(string id, string members, string at, string says) => AssertReported(
        GeneratorRun.Over($$"""
            [Service("a")]
            public interface IA
            {
                Task FineAsync(int fine);
                {{members}}
            }
            namespace N { public class E : Exception; }
            namespace M { public class E : Exception; }
            """),
        id,
        at,
        says);

    [Theory]
    [InlineData("public class E(object x) : Exception { public object X => x; }")]
    [InlineData("public class E(int x) : Exception { public long X => x; }")]
    [InlineData("public class E(int x) : Exception { internal int X => x; }")]
    [InlineData("public class E(int x) : Exception { public int X { private get; set; } = x; }")]
    [InlineData("public class E(int x) : Exception { public int X = x; }")]
    [InlineData("public class E(int x) : Exception { public static int X => 1; public int Y => x; }")]
    [InlineData("public class E(int x) : Exception { public int Y => x; }")]
    [InlineData("public class E(ref int x) : Exception { public int X => 1; }")]
    [InlineData("public class E(string source) : Exception(source);")]
    [InlineData("public class E : Exception { private E() { } }")]
    [InlineData("public class E(Exception innerException) : Exception(null, innerException);")]
    [InlineData("public class E : Exception { public required int X { get; init; } }")]
    [InlineData("public abstract class E : Exception;", "it is abstract")]
    [InlineData("file class E : Exception;", "generated code can't see it")]
    public void A_fault_that_cannot_be_rebuilt_is_reported(string source, string says = "give it a public constructor") => AssertReported(
        GeneratorRun.Over($$"""
            [Service("a")]
            {{(source.StartsWith("file", StringComparison.Ordinal) ? "internal" : "public")}} interface IA
            {
                [Faults(typeof(E))]
                Task XAsync(int a);
            }
            {{source}}
            """),
        "MSG009",
        "Faults(typeof(E))",
        says);

    [Theory]
    [InlineData("typeof(E<>)", "it is an open generic type")]
    [InlineData("typeof(Hidden)", "generated code can't see it")]
    [InlineData("typeof(RpcException)", "give it a public constructor")]
    public void A_fault_out_of_reach_is_reported(string type, string says) => AssertReported(
        GeneratorRun.Over($$"""
            public class Outer
            {
                [Service("a"), Faults({{type}})]
                public interface IA
                {
                    Task XAsync(int a);
                    Task YAsync(int a);
                }
                private class Hidden : Exception;
            }
            public class E<T> : Exception;
            """),
        "MSG009",
        $"Faults({type})",
        says);

    [Theory]
    [InlineData("", "use 1 to 100 characters")]
    [InlineData("1a", "start it with a letter")]
    [InlineData("a/b", "use only a-z")]
    [InlineData("größe", "use only a-z")]
    [InlineData("a.commands", "does not end in '.commands'")]
    [InlineData("a.commands.high", "does not end in '.commands.high'")]
    [InlineData("a.commands.12", "or '.commands.' and a number")]
    [InlineData("a.dead", "does not end in '.dead'")]
    [InlineData("messaging.reply.a", "does not start with 'messaging.'")]
    [InlineData("amq.a", "does not start with 'amq.'")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "use 1 to 100 characters")]
    public void A_bad_service_name_is_reported(string name, string says) => AssertReported(
        GeneratorRun.Over($$"""[Service("{{name}}")] public interface IA { Task XAsync(int a); }"""),
        "MSG010",
        $"Service(\"{name}\")",
        says);

    [Theory]
    [InlineData("[Service(\"a\")] public interface IA<T> { Task XAsync(T a); }", "is generic")]
    [InlineData("public class O<T> { [Service(\"a\")] public interface IA { Task XAsync(int a); } }", "nested in a generic type")]
    [InlineData("public class O { [Service(\"a\")] private interface IA { Task XAsync(int a); } }", "is private")]
    [InlineData("public class O { [Service(\"a\")] protected interface IA { Task XAsync(int a); } }", "is private or protected")]
    [InlineData("public class O { [Service(\"a\")] private protected interface IA { Task XAsync(int a); } }", "is private or protected")]
    [InlineData("public class O { private class P { [Service(\"a\")] public interface IA { Task XAsync(int a); } } }", "nested in such a type")]
    [InlineData("[Service(\"a\")] file interface IA { Task XAsync(int a); }", "is file-local")]
    [InlineData("file class O { [Service(\"a\")] public interface IA { Task XAsync(int a); } }", "nested in such a type")]
    public void An_interface_that_generated_code_cannot_serve_is_reported(string source, string says) =>
        AssertReported(GeneratorRun.Over(source), "MSG013", "IA", says);

    [Theory]
    [InlineData("MSG006", "public interface IB { Task X(int a); } [Service(\"a\")] public interface IA : IB { Task XAsync(int a); }", "XAsync")]
    [InlineData("MSG006", "public interface IB { Task X(int a); } public interface IC { Task XAsync(int a); } [Service(\"a\")] public interface IA : IB, IC;", "IA")]
    [InlineData("MSG004", "public interface IB { Task X(int a); } [Service(\"a\")] public interface IA : IB { new Task X(int a); }", "X")]
    [InlineData("MSG004", "public interface IB { Task X(int a); } public interface IC { Task X(int a); } [Service(\"a\")] public interface IA : IB, IC;", "IA")]
    [InlineData("MSG005", "public interface IB { void X(int a); } [Service(\"a\")] public interface IA : IB { Task YAsync(int a); }", "IA")]
    [InlineData("MSG007", "public interface IB { int X { get; } } public interface IC : IB; [Service(\"a\")] public interface IA : IC;", "IA")]
    [InlineData("MSG007", "public interface IB { Task XAsync(int y) => Task.CompletedTask; } [Service(\"a\")] public interface IA : IB { abstract Task IB.XAsync(int y); }", "XAsync")]
    [InlineData("MSG008", "[Faults(typeof(int))] public interface IB { Task X(int a); } [Service(\"a\")] public interface IA : IB;", "IA")]
    public void A_mistake_that_is_inherited_is_reported_where_it_is_inherited(string id, string source, string at) =>
        AssertReported(GeneratorRun.Over(source), id, at, "'");

    [Fact]
    public void A_mistake_of_a_base_contract_is_reported_once()
    {
        var run = GeneratorRun.Over(
            "[Service(\"b\")] public interface IB { void X(int a); } [Service(\"a\")] public interface IA : IB { Task YAsync(int a); }");

        AssertReported(run, "MSG005", "X", "'IB.X'");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_number_of_partitions_out_of_bounds_is_reported(int partitions) => AssertReported(
        GeneratorRun.Over($$"""[Service("a", CommandPartitions = {{partitions}})] public interface IA { Task XAsync(int a); }"""),
        "MSG021",
        $"Service(\"a\", CommandPartitions = {partitions})",
        $"CommandPartitions of 'IA' is {partitions}");

    [Fact]
    public void Two_services_of_one_name_are_reported()
    {
        var run = GeneratorRun.Over(
            "namespace N { [Service(\"a\")] public interface IA { Task XAsync(int a); } }",
            "namespace M { [Service(\"a\")] public interface IB { Task XAsync(int a); } [Service(\"A\")] public interface IC { Task XAsync(int a); } }");

        var diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal("MSG006", diagnostic.Id);
        Assert.Equal("IB", run.TextAt(diagnostic));
        Assert.Contains("or they would share a queue", diagnostic.GetMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mistake_of_a_contract_is_reported_at_once()
    {
        var run = GeneratorRun.Over("""
            [Service("a b")]
            public interface IA
            {
                void X<T>(ref int a, CancellationToken ct, string c);
                int P { get; }
            }
            """);

        Assert.Equal(
            ["MSG001", "MSG002", "MSG003", "MSG005", "MSG007", "MSG010", "MSG015"],
            run.Ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_broken_contract_leaves_the_others_alone()
    {
        var run = GeneratorRun.Over(
            "[Service(\"a\")] public interface IA { void X(int a); } [Service(\"b\")] public interface IB { Task XAsync(int a); }");

        Assert.Equal(["MSG005"], run.Ids);
        Assert.Equal("IB.g.cs", Assert.Single(run.Sources).HintName);
        Assert.Empty(run.Complaints());
    }

    [Theory]
    [InlineData("[Service(\"a\")] public interface IA { Task XAsync(Missing a); }")]
    [InlineData("[Service(\"a\")] public interface IA { Missing XAsync(int a); }")]
    [InlineData("[Service(\"a\")] public interface IA { Task<List<Missing[]>> XAsync(int a); }")]
    [InlineData("[Service(\"a\")] public interface IA : IMissing { Task XAsync(int a); }")]
    [InlineData("[Service(\"a\")] public interface IA { [Faults(typeof(Missing))] Task XAsync(int a); }")]
    [InlineData("[Service] public interface IA { Task XAsync(int a); }")]
    [InlineData("[Service(\"a\")] public partial interface IA { Task XAsync(int a); } [Service(\"b\")] public partial interface IA;")]
    public void What_the_compiler_reports_is_left_to_it(string source)
    {
        var run = GeneratorRun.Over(source);

        Assert.Empty(run.Diagnostics);
        Assert.All(run.Complaints(), complaint => Assert.DoesNotContain(".g.cs", complaint, StringComparison.Ordinal));
        Assert.NotEmpty(run.Complaints());
    }

    private static void AssertReported(GeneratorRun run, string id, string at, string says)
    {
        var diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.Equal("Messaging", diagnostic.Descriptor.Category);
        Assert.Equal(at, run.TextAt(diagnostic));
        Assert.Contains(says, diagnostic.GetMessage(null), StringComparison.Ordinal);
        Assert.Empty(run.Sources);
    }
}
