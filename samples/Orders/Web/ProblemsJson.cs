using System.Text.Json.Serialization;

namespace Orders.Web;

/// <summary>How the extensions of problem details are written.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(bool))]
internal sealed partial class ProblemsJson : JsonSerializerContext;
