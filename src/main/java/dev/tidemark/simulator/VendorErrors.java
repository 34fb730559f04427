package dev.tidemark.simulator;

import graphql.validation.ValidationError;
import graphql.validation.ValidationErrorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Top-level errors in the vendor's words. */
final class VendorErrors {
    private static final Pattern UNKNOWN_FIELD = Pattern.compile("Field '([^']+)' in type '([^']+)' is undefined");
    private static final Pattern REASON = Pattern.compile("^Validation error \\([^)]*\\)\\s*:\\s*", Pattern.DOTALL);

    private VendorErrors() {}

    static Map<String, Object> of(String message, String code) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", message);
        error.put("extensions", Map.of("code", code));
        return error;
    }

    static Map<String, Object> accessDenied(String field, String scope) {
        String needed = "`" + scope + "` access scope.";
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", "Access denied for " + field + " field. Required access: " + needed);
        error.put("locations", List.of(Map.of("line", 1, "column", 3)));
        error.put(
                "extensions",
                Map.of(
                        "code", "ACCESS_DENIED",
                        "documentation", "https://shopify.dev/api/usage/access-scopes",
                        "requiredAccess", needed));
        error.put("path", List.of(field));
        return error;
    }

    static Map<String, Object> of(ValidationError invalid) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", messageOf(invalid));
        if (invalid.getLocations() != null) {
            error.put(
                    "locations",
                    invalid.getLocations().stream()
                            .map(at -> Map.of("line", at.getLine(), "column", at.getColumn()))
                            .toList());
        }
        error.put("path", invalid.getQueryPath() == null ? List.of("query") : invalid.getQueryPath());
        Map<String, Object> extensions = new LinkedHashMap<>();
        extensions.put("code", codeOf(invalid));
        Matcher unknown = UNKNOWN_FIELD.matcher(invalid.getMessage());
        if (unknown.find()) {
            extensions.put("typeName", unknown.group(2));
            extensions.put("fieldName", unknown.group(1));
        }
        error.put("extensions", extensions);
        return error;
    }

    static String messageOf(ValidationError invalid) {
        Matcher unknown = UNKNOWN_FIELD.matcher(invalid.getMessage());
        return unknown.find()
                ? "Field '" + unknown.group(1) + "' doesn't exist on type '" + unknown.group(2) + "'"
                : REASON.matcher(invalid.getMessage()).replaceFirst("");
    }

    private static String codeOf(ValidationError invalid) {
        if (invalid.getValidationErrorType() == ValidationErrorType.FieldUndefined) {
            return "undefinedField";
        }
        if (invalid.getValidationErrorType() == ValidationErrorType.UnknownArgument) {
            return "argumentNotAccepted";
        }
        return invalid.getValidationErrorType() == ValidationErrorType.UnknownDirective
                ? "undefinedDirective"
                : "invalid";
    }
}
