using System.Globalization;
using System.Text;

namespace Messaging.Prometheus;

/// <summary>The labels of one series, escaped as the text format wants them.</summary>
internal sealed class LabelSet
{
    private readonly List<(string Name, string Value)> _labels = [];

    public string Text
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (name, value) in _labels)
            {
                text.Append(text.Length > 0 ? "," : "").Append(name).Append("=\"").Append(Escape(value)).Append('"');
            }

            return text.ToString();
        }
    }

    public void Add(string name, object? value)
    {
        var text = value switch
        {
            bool truth => truth ? "true" : "false",
            IFormattable formattable => formattable.ToString(format: null, CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "",
        };
        var label = PrometheusNames.OfLabel(name);
        var index = _labels.FindIndex(other => string.Equals(other.Name, label, StringComparison.Ordinal));
        if (index < 0)
        {
            _labels.Add((label, text));
        }
        else
        {
            // Two names that differ in what Prometheus has no letters for are one there.
            _labels[index] = (label, $"{_labels[index].Value};{text}");
        }
    }

    private static string Escape(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
}
