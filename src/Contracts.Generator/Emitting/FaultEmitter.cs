using Messaging.Generator.Model;

namespace Messaging.Generator.Emitting;

/// <summary>Writes how one declared exception travels.</summary>
internal static class FaultEmitter
{
    public static void Emit(FaultModel fault, SourceWriter writer)
    {
        writer.Open($"private sealed class {fault.ClassName} : global::Messaging.FaultDescriptor");
        writer.Line($"public static readonly {fault.ClassName} Instance = new {fault.ClassName}();");
        writer.Line();
        writer.Line($"public override string Name => {SourceWriter.Literal(fault.Name)};");
        writer.Line();
        writer.Line($"public override global::System.Type ExceptionType => typeof({fault.Type});");
        writer.Line();
        EmitWrite(fault, writer);
        writer.Line();
        EmitRead(fault, writer);
        writer.Close();
    }

    private static void EmitWrite(FaultModel fault, SourceWriter writer)
    {
        writer.Open("public override void Write(global::System.Exception exception, global::Messaging.IFaultWriter writer)");
        if (fault.Fields.Count > 0)
        {
            writer.Line($"var fault = ({fault.Type})exception;");
        }

        foreach (var field in fault.Fields)
        {
            var cast = field.WireType is null ? string.Empty : $"({field.WireType})";
            writer.Line($"writer.Write({SourceWriter.Literal(field.Name)}, {cast}fault.{SourceWriter.Identifier(field.Property)});");
        }

        writer.Close();
    }

    private static void EmitRead(FaultModel fault, SourceWriter writer)
    {
        writer.Line("public override global::System.Exception Read(global::Messaging.IFaultReader reader) =>");
        if (fault.Fields.Count == 0)
        {
            writer.Continue($"new {fault.Type}();");
            return;
        }

        writer.Continue($"new {fault.Type}(");
        for (var i = 0; i < fault.Fields.Count; i++)
        {
            var field = fault.Fields[i];
            var cast = field.WireType is null ? string.Empty : $"({field.Type})";
            var end = i == fault.Fields.Count - 1 ? ");" : ",";
            writer.Continue($"    {cast}reader.Read<{field.WireType ?? field.Type}>({SourceWriter.Literal(field.Name)}){end}");
        }
    }
}
