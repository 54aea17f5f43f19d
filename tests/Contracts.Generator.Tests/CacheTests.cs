using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Messaging.Generator.Tests;

public sealed class CacheTests
{
    private const string Orders =
        "namespace Shop; [Service(\"orders\")] public interface IOrders { [Faults(typeof(E))] Task XAsync(int x); } public class E(int x) : Exception { public int X => x; }";

    private const string Stock = "namespace Shop; [Service(\"stock\")] public interface IStock { Task XAsync(int x); }";
    private const string Broken = "namespace Shop; [Service(\"broken\")] public interface IBroken { void X(int x); }";
    private const string Other = "namespace Shop; public class Other { int Half(int x) => x / 2; }";

    private static readonly string[] _steps = [Steps.Parse, Steps.Model, Steps.Problems, Steps.Duplicates];

    [Fact]
    public void An_edit_of_another_file_redoes_nothing()
    {
        var run = Rerun(project => project.ReplaceSyntaxTree(
            File(project, 4), Project.Parse(Other.Replace("/ 2", "/ 3", StringComparison.Ordinal), "File4.cs")));

        AssertAllKept(run);
    }

    [Fact]
    public void A_new_file_redoes_nothing()
    {
        var run = Rerun(project => project.AddSyntaxTrees(Project.Parse("public class More;", "More.cs")));

        AssertAllKept(run);
    }

    [Fact]
    public void An_edit_below_a_contract_redoes_nothing()
    {
        var run = Rerun(project => project.ReplaceSyntaxTree(
            File(project, 1), Project.Parse(Orders + " public class Below;", "File1.cs")));

        AssertAllKept(run);
    }

    [Fact]
    public void An_edit_above_a_contract_emits_nothing_anew()
    {
        var run = Rerun(project => project.ReplaceSyntaxTree(
            File(project, 1), Project.Parse("// A comment that moves the contract.\n" + Orders, "File1.cs")));

        AssertKept(run.TrackedSteps[Steps.Model]);
        AssertKept(run.TrackedSteps[Steps.Problems]);
        AssertKept(run.TrackedSteps[Steps.Duplicates]);
        AssertKept(run.TrackedOutputSteps.SelectMany(step => step.Value));
    }

    [Fact]
    public void An_edit_of_a_contract_redoes_that_one_only()
    {
        var run = Rerun(project => project.ReplaceSyntaxTree(
            File(project, 1), Project.Parse(Orders.Replace("XAsync(int x)", "XAsync(long x)", StringComparison.Ordinal), "File1.cs")));

        Assert.Equal(
            [("orders", IncrementalStepRunReason.Modified), ("stock", IncrementalStepRunReason.Cached)],
            run.TrackedSteps[Steps.Model]
                .SelectMany(step => step.Outputs)
                .Select(output => (((Model.ContractModel)output.Value).ServiceName, output.Reason)));
        Assert.Single(
            run.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(step => step.Outputs),
            output => output.Reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
    }

    [Fact]
    public void An_edit_of_what_a_contract_uses_reaches_it()
    {
        var run = Rerun(
            project => project.ReplaceSyntaxTree(
                File(project, 2), Project.Parse("namespace Shop; public class E(long x) : Exception { public long X => x; }", "File2.cs")),
            "namespace Shop; [Service(\"orders\"), Faults(typeof(E))] public interface IOrders { Task XAsync(int x); }",
            "namespace Shop; public class E(int x) : Exception { public int X => x; }");

        Assert.Contains("reader.Read<long>(\"x\")", Assert.Single(run.GeneratedSources).SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_model_holds_on_to_a_compilation()
    {
        var run = Rerun(project => project);

        foreach (var output in _steps.SelectMany(step => run.TrackedSteps[step]).SelectMany(step => step.Outputs))
        {
            AssertPlain(output.Value, []);
        }
    }

    private static SyntaxTree File(CSharpCompilation project, int number) => project.SyntaxTrees[number];

    private static GeneratorRunResult Rerun(Func<CSharpCompilation, CSharpCompilation> edit) =>
        Rerun(edit, Orders, Stock, Broken, Other);

    private static GeneratorRunResult Rerun(Func<CSharpCompilation, CSharpCompilation> edit, params string[] files)
    {
        var project = Project.Of(files);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new ContractGenerator().AsSourceGenerator()],
            parseOptions: Project.ParseOptions,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(project, TestContext.Current.CancellationToken);
        driver = driver.RunGenerators(edit(project), TestContext.Current.CancellationToken);
        return driver.GetRunResult().Results.Single();
    }

    private static void AssertAllKept(GeneratorRunResult run)
    {
        foreach (var step in _steps)
        {
            AssertKept(run.TrackedSteps[step]);
        }

        AssertKept(run.TrackedOutputSteps.SelectMany(step => step.Value));
    }

    private static void AssertKept(IEnumerable<IncrementalGeneratorRunStep> steps)
    {
        var outputs = steps.SelectMany(step => step.Outputs).ToList();
        Assert.NotEmpty(outputs);
        Assert.All(
            outputs,
            output => Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, output.ToString()));
    }

    private static void AssertPlain(object? value, HashSet<object> seen)
    {
        if (value is null or string or DiagnosticDescriptor || value.GetType().IsPrimitive || value.GetType().IsEnum || !seen.Add(value))
        {
            return;
        }

        Assert.False(value is ISymbol or SyntaxNode or SyntaxTree or Compilation or Location, value.GetType().ToString());
        if (value is IEnumerable items)
        {
            foreach (var item in items)
            {
                AssertPlain(item, seen);
            }
        }

        foreach (var field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            AssertPlain(field.GetValue(value), seen);
        }
    }
}
