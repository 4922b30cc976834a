namespace Vmspawn.Varlink;

/// <summary>Parses the text of an interface. Each error contains the position, the token found and what was expected.</summary>
internal sealed class IdlParser
{
    private const int MaxDepth = 64;
    private readonly IdlScanner _scanner;
    private readonly List<VarlinkTypeDeclaration> _types = [];
    private readonly List<VarlinkMethod> _methods = [];
    private readonly List<VarlinkError> _errors = [];
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly List<(string Name, IdlPosition At)> _references = [];
    private int _depth;

    public IdlParser(string text)
    {
        _scanner = new IdlScanner(text);
        _scanner.Next();
    }

    public VarlinkInterface ParseInterface()
    {
        var docs = _scanner.Docs;
        Expect("interface");
        if (!IdlNames.IsInterface(_scanner.Token))
            throw Unexpected("an interface name such as org.example.thing");
        var name = TakeToken();
        while (!_scanner.AtEnd)
            ParseMember();
        CheckReferences(name);
        return new VarlinkInterface(name, [.. _types], [.. _methods], [.. _errors], docs);
    }

    private void ParseMember()
    {
        var docs = _scanner.Docs;
        switch (_scanner.Token)
        {
            case "type":
                _types.Add(ParseDeclaration(docs));
                break;
            case "method":
                _methods.Add(ParseMethod(docs));
                break;
            case "error":
                _scanner.Next();
                _errors.Add(new VarlinkError(TakeMemberName(), ParseFields(), docs));
                break;
            default:
                throw Unexpected("'type', 'method' or 'error'");
        }
    }

    private VarlinkTypeDeclaration ParseDeclaration(string docs)
    {
        _scanner.Next();
        var name = TakeMemberName();
        return new VarlinkTypeDeclaration(name, ParseStructOrEnum(), docs);
    }

    private VarlinkMethod ParseMethod(string docs)
    {
        (var words, var flags) = SplitFlags(docs);
        _scanner.Next();
        var name = TakeMemberName();
        var input = ParseFields();
        Expect("->");
        return new VarlinkMethod(name, input, ParseFields(), flags, words);
    }

    private static (string Docs, VarlinkMethodFlags Flags) SplitFlags(string docs)
    {
        var flags = VarlinkMethodFlags.None;
        var words = new List<string>();
        foreach (var line in docs.Split('\n'))
        {
            var flag = MethodFlagComments.Find(line);
            flags |= flag;
            if (flag == VarlinkMethodFlags.None)
                words.Add(line);
        }
        // A required flag is supported too; if both are given, the stronger one is used.
        if ((flags & VarlinkMethodFlags.RequiresMore) != 0)
            flags &= ~VarlinkMethodFlags.SupportsMore;
        if ((flags & VarlinkMethodFlags.RequiresUpgrade) != 0)
            flags &= ~VarlinkMethodFlags.SupportsUpgrade;
        return (string.Join('\n', words), flags);
    }

    private EquatableList<VarlinkField> ParseFields() => ((StructType)ParseStructOrEnum(orEnum: false)).Fields;

    private VarlinkType ParseStructOrEnum(bool orEnum = true)
    {
        Enter();
        Expect("(");
        VarlinkType type;
        if (_scanner.Token is ")")
        {
            type = VarlinkType.Struct();
        }
        else
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var docs = _scanner.Docs;
            var first = TakeFieldName(seen);
            type = !orEnum || _scanner.Token is ":" ? ParseStruct(first, docs, seen) : ParseEnum(first, docs, seen);
        }
        Expect(")");
        _depth--;
        return type;
    }

    private StructType ParseStruct(string name, string docs, HashSet<string> seen)
    {
        var fields = new List<VarlinkField>();
        while (true)
        {
            if (_scanner.Token is not ":")
                throw Unexpected($"':' and the type of '{name}'");
            _scanner.Next();
            fields.Add(new VarlinkField(name, ParseType(), docs));
            if (_scanner.Token is ")")
                return new StructType([.. fields]);
            Expect(",", "',' or ')'");
            docs = _scanner.Docs;
            name = TakeFieldName(seen);
        }
    }

    private EnumType ParseEnum(string name, string docs, HashSet<string> seen)
    {
        var values = new List<VarlinkEnumValue>();
        while (true)
        {
            values.Add(new VarlinkEnumValue(name, docs));
            if (_scanner.Token is ")")
                return new EnumType([.. values]);
            Expect(",", values.Count == 1 ? "':', ',' or ')'" : "',' or ')'");
            docs = _scanner.Docs;
            name = TakeFieldName(seen);
        }
    }

    private VarlinkType ParseType()
    {
        Enter();
        var type = _scanner.Token switch
        {
            "?" => ParseNullable(),
            "[]" => ParseElement().Array(),
            "[string]" => ParseElement().Map(),
            "(" => ParseStructOrEnum(),
            _ => ParseWord(),
        };
        _depth--;
        return type;
    }

    private VarlinkType ParseNullable()
    {
        _scanner.Next();
        return _scanner.Token is "?" ? throw Unexpected("a type that is not nullable already") : ParseType().Nullable();
    }

    private VarlinkType ParseElement()
    {
        _scanner.Next();
        return ParseType();
    }

    private VarlinkType ParseWord()
    {
        if (IdlNames.IsPrimitive(_scanner.Token))
            return new PrimitiveType(TakeToken());
        if (!IdlNames.IsMember(_scanner.Token))
            throw Unexpected("a type (bool, int, float, string, object, any, a declared one, '(', '[]', '[string]' or '?')");
        var at = _scanner.Position;
        var name = TakeToken();
        _references.Add((name, at));
        return new NamedType(name);
    }

    private string TakeMemberName()
    {
        if (!IdlNames.IsMember(_scanner.Token))
            throw Unexpected("a name that begins with a capital and goes on with letters and digits");
        var at = _scanner.Position;
        var name = TakeToken();
        return _declared.Add(name) ? name : throw Wrong(at, $"'{name}' is declared already");
    }

    private string TakeFieldName(HashSet<string> seen)
    {
        if (!IdlNames.IsField(_scanner.Token))
            throw Unexpected("a field name (letters, digits, and single underscores inside)");
        var at = _scanner.Position;
        var name = TakeToken();
        return seen.Add(name) ? name : throw Wrong(at, $"the field '{name}' is there already");
    }

    private void CheckReferences(string face)
    {
        foreach ((var name, var at) in _references)
        {
            if (!_types.Exists(type => type.Name == name))
                throw Wrong(at, $"{face} declares no type '{name}'");
        }
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw Wrong(_scanner.Position, $"types are nested deeper than {MaxDepth}");
    }

    private string TakeToken()
    {
        var token = _scanner.Token.ToString();
        _scanner.Next();
        return token;
    }

    private void Expect(string token, string? wanted = null)
    {
        if (!_scanner.Token.SequenceEqual(token))
            throw Unexpected(wanted ?? $"'{token}'");
        _scanner.Next();
    }

    private VarlinkSyntaxException Unexpected(string wanted) =>
        Wrong(_scanner.Position, $"expected {wanted}, found {(_scanner.AtEnd ? "the end" : $"'{_scanner.Token}'")}");

    private static VarlinkSyntaxException Wrong(IdlPosition at, string problem) => new(at.Line, at.Column, problem);
}
