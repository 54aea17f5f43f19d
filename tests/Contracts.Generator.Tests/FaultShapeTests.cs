namespace Messaging.Generator.Tests;

/// <summary>Every shape of declared exception compiles without a warning.</summary>
public sealed class FaultShapeTests
{
    [Theory]
    [InlineData("string"), InlineData("string?"), InlineData("bool"), InlineData("char")]
    [InlineData("sbyte"), InlineData("byte"), InlineData("short"), InlineData("ushort")]
    [InlineData("int"), InlineData("uint"), InlineData("long"), InlineData("ulong")]
    [InlineData("float"), InlineData("double"), InlineData("decimal")]
    [InlineData("Guid"), InlineData("DateTime"), InlineData("DateTimeOffset"), InlineData("TimeSpan")]
    [InlineData("DayOfWeek"), InlineData("DayOfWeek?"), InlineData("int?"), InlineData("Guid?"), InlineData("char?")]
    public void A_fault_carries_a(string type)
    {
        var run = Declare($"public class E({type} value) : Exception {{ public {type} Value => value; }}");

        run.AssertClean(contracts: 1);
        Assert.Contains("writer.Write(\"value\", ", run.Sources[0].SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_enum_travels_as_its_number()
    {
        var run = Declare("public enum Size : ushort { S, M } public class E(Size size) : Exception { public Size Size => size; }");

        run.AssertClean(contracts: 1);
        var text = run.Sources[0].SourceText.ToString();
        Assert.Contains("writer.Write(\"size\", (ushort)fault.Size);", text, StringComparison.Ordinal);
        Assert.Contains("(global::Size)reader.Read<ushort>(\"size\")", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_constructor_that_can_be_fed_is_taken()
    {
        var run = Declare("""
            public class E : Exception
            {
                public E() { }
                public E(int a) => A = a;
                public E(int a, string message) : base(message) => A = a;
                public E(int a, string message, Exception inner) : base(message, inner) => A = a;
                private E(int a, string message, int b) : base(message) { A = a; B = b; }
                public int A { get; }
                public int B { get; }
            }
            """);

        run.AssertClean(contracts: 1);
        Assert.Equal(
            ["writer.Write(\"a\", fault.A);", "writer.Write(\"message\", fault.Message);"],
            run.Sources[0].SourceText.Lines
                .Select(line => line.ToString().Trim())
                .Where(line => line.StartsWith("writer.Write(", StringComparison.Ordinal)));
    }

    [Fact]
    public void Most_derived_faults_come_first()
    {
        var run = GeneratorRun.Over("""
            [Service("a"), Faults(typeof(Low))]
            public interface IA
            {
                [Faults(typeof(Mid), typeof(Low), typeof(High), typeof(Other))]
                Task XAsync(int x);
            }
            public class Low : Exception;
            public class Mid : Low;
            public class High : Mid;
            public class Other : Exception;
            """);

        run.AssertClean(contracts: 1);
        Assert.Contains(
            "{ HighFault.Instance, MidFault.Instance, LowFault.Instance, OtherFault.Instance }",
            run.Sources[0].SourceText.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public class E(string Sku) : Exception { public string SKU => Sku; }")]
    [InlineData("public class B(int x) : Exception { public int X => x; } public class E(int x) : B(x);")]
    [InlineData("public class B<T>(T x) : Exception { public T X => x; } public class E(int x) : B<int>(x);")]
    [InlineData("public static class O { public class E(int x) : Exception { public int X => x; } }", "O.E")]
    [InlineData("public class E<T>(T x) : Exception { public T X => x; }", "E<int>")]
    [InlineData("public class E(string @event) : Exception { public string @event => @event; }")]
    [InlineData("public class E(string? message) : Exception(message);")]
    [InlineData("public class E(string message) : Exception { public override string Message => message; }")]
    [InlineData("[Obsolete(\"old\")] public class E(int x) : Exception { public int X => x; }")]
    [InlineData("[method: System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public class E(int x) : Exception { public required int X { get; init; } = x; }")]
    [InlineData("", "TimeoutException")]
    public void A_fault_compiles_without_warnings(string source, string type = "E") => Declare(source, type).AssertClean(contracts: 1);

    [Fact]
    public void Two_operations_may_have_faults_of_the_same_name()
    {
        var run = GeneratorRun.Over("""
            [Service("a")]
            public interface IA
            {
                [Faults(typeof(N.Gone))]
                Task XAsync(int x);

                [Faults(typeof(M.Gone))]
                Task YAsync(int x);
            }
            namespace N { public class Gone : Exception; }
            namespace M { public class Gone : Exception; }
            """);

        run.AssertClean(contracts: 1);
    }

    private static GeneratorRun Declare(string source, string type = "E") => GeneratorRun.Over($$"""
        [Service("a")]
        public interface IA
        {
            [Faults(typeof({{type}}))]
            Task XAsync(int x);
        }
        {{source}}
        """);
}
